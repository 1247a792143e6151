#!/bin/sh
# Install a .deb in a clean root, start it in the ways in which first starts go wrong, upgrade and remove it.
#
#   tools/check_package.sh ROOT new.deb [old.deb]
#
# ROOT is what debootstrap --variant=minbase makes of Debian 11 or later; run as root, with Xvfb and xdotool here.
# Every line says 通过 or 失败 and a figure; ends with 1 when one failed. ROOT is left without the program.
set -u
cd "$(dirname "$0")/.."
root=$1 deb=$2 old=${3:-}
id=$(dpkg-deb -f "$deb" Package)
number=${WORKBENCH_CHECK_DISPLAY:-91}
person='张 三'
home="/home/$person"
failed=0

as_root() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
as_user() { chroot --userspec=zhangsan "$root" env -i HOME="$home" USER=zhangsan PATH=/usr/bin:/bin LANG=C.UTF-8 XDG_RUNTIME_DIR=/run/user/zs "$@"; }
now() { date +%s.%N; }
since() { awk "BEGIN { printf \"%.1f\", $(now) - $1 }"; }
say() { if [ "$1" = 0 ]; then echo "通过　$2"; else echo "失败　$2"; failed=1; fi; }
seen() { DISPLAY=:$number timeout "$2" xdotool search --sync --onlyvisible --name "$1" >/dev/null 2>&1; }
hashes() { (cd "$root$home" && find . -name evaluation.db -exec sha256sum {} + | sort); }

for place in proc dev; do mountpoint -q "$root/$place" || mount --bind "/$place" "$root/$place"; done
as_root id zhangsan >/dev/null 2>&1 || as_root useradd -m -d "$home" zhangsan
mkdir -p "$root/run/user/zs" && as_root chown zhangsan /run/user/zs && chmod 700 "$root/run/user/zs"
Xvfb ":$number" -screen 0 1366x768x24 >/dev/null 2>&1 &
display=$!
trap 'kill $display 2>/dev/null; umount "$root/proc" "$root/dev" 2>/dev/null' EXIT

as_root apt-get update -q >/dev/null 2>&1
as_root apt-get install -y -q --no-install-recommends shared-mime-info desktop-file-utils >/dev/null 2>&1
if [ -n "$old" ]; then
  cp "$old" "$root/root/old.deb"
  as_root apt-get install -y -q --no-install-recommends /root/old.deb >/dev/null 2>&1
  say $? "装旧版本 $(dpkg-deb -f "$old" Version)"
  as_user workbench new 升级前的评价 --form qixia-2022 >/dev/null 2>&1
fi
before=$(hashes)
cp "$deb" "$root/root/new.deb"
started=$(now)
as_root apt-get install -y -q --no-install-recommends /root/new.deb >/dev/null 2>&1
say $? "安装 $(dpkg-deb -f "$deb" Version)，$(since "$started") 秒，$(as_root du -sm "/opt/apps/$id" | cut -f1) MB，$(as_root ldd --version | sed -n 1p)"
started=$(now)
as_root dpkg -i /root/new.deb >/dev/null 2>&1
say $? "不算依赖，再装一次 $(since "$started") 秒"
if [ -n "$old" ]; then
  [ "$before" = "$(hashes)" ] && as_user workbench show 升级前的评价 >/dev/null 2>&1
  say $? "升级后旧评价未变、能打开"
fi
as_root sh -c 'command -v python3' >/dev/null && echo "注意　这个系统里有 Python"

grep -q ':\*.wbx$' "$root/usr/share/mime/globs2" && grep -q "application/x-workbench-archive=$id.desktop" "$root/usr/share/applications/mimeinfo.cache"
say $? "文件关联已登记"
as_user sh -c "! test -w /opt/apps/$id/files"
say $? "程序文件夹对使用者只读"

started=$(now)
said=$(as_user workbench --self-test "$home/自检 一" 2>&1 | tail -n 1)
case $said in 自检通过*) say 0 "使用者“$person”自检：$said" ;; *) say 1 "自检：$said" ;; esac
for scale in 1.25 1.5 2; do
  said=$(as_user env DISPLAY=":$number" QT_SCALE_FACTOR=$scale workbench --self-test "$home/缩放" 2>&1 | tail -n 1)
  case $said in 自检通过*) say 0 "缩放 $scale 自检" ;; *) say 1 "缩放 $scale：$said" ;; esac
done

for try in 冷 热; do
  if [ $try = 冷 ]; then sync; echo 3 >/proc/sys/vm/drop_caches; fi
  started=$(now)
  as_user env DISPLAY=":$number" workbench >/dev/null 2>&1 &
  seen 现场评价工作台 60
  say $? "${try}启动，窗口 $(since "$started") 秒（没有显卡：$(find /dev/dri -name 'card*' 2>/dev/null | wc -l) 个；没有打印机：$(as_root sh -c 'command -v lpstat' | wc -l) 个）"
  sleep 2
  process=$(pgrep -u "$(as_root id -u zhangsan)" -x workbench | head -n 1)
  echo "　　　内存 $(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$process/status") MB"
  [ $try = 热 ] || { kill "$process"; sleep 1; }
done
cp "$root$home/自检 一/加密归档包.wbx" "$root$home/归档 包.wbx"
started=$(now)
as_user env DISPLAY=":$number" workbench --open "$home/归档 包.wbx"
say $? "第二次启动把文件交给已打开的窗口，$(since "$started") 秒"
seen 由归档包打开 20
say $? "窗口打开了它"
[ "$(pgrep -u "$(as_root id -u zhangsan)" -x workbench | wc -l)" = 1 ]
say $? "没有第二个窗口"
kill "$process"
sleep 1
as_user env DISPLAY=":$number" workbench "$home/归档 包.wbx" >/dev/null 2>&1 &
seen 由归档包打开 60
say $? "没有窗口时，文件打开窗口"
process=$(pgrep -u "$(as_root id -u zhangsan)" -x workbench | head -n 1)
kill "$process"
sleep 1

said=$(as_user workbench --open "$home/归档 包.wbx" 2>&1)
[ $? = 4 ] && [ "$(printf '%s\n' "$said" | wc -l)" = 1 ]
say $? "没有图形显示：$said"
said=$(as_user env WORKBENCH_DATA=/opt/数据 workbench new 乙 --form qixia-2022 2>&1)
[ $? != 0 ] && [ "$(printf '%s\n' "$said" | wc -l)" = 1 ]
say $? "数据文件夹不能写：$said"
as_root dpkg -r --force-depends libegl1 libgl1 >/dev/null 2>&1
said=$(as_user env DISPLAY=":$number" workbench 2>&1)
[ $? = 3 ] && [ "$(printf '%s\n' "$said" | wc -l)" = 1 ]
say $? "缺系统库：$said"
as_root apt-get install -y -q --no-install-recommends libegl1 libgl1 >/dev/null 2>&1

as_user workbench new 卸载前的评价 --form qixia-2022 >/dev/null 2>&1
before=$(hashes)
as_root apt-get remove -y -q "$id" >/dev/null 2>&1
say $? "卸载"
left=$(cd "$root" && find opt/apps usr/bin/workbench usr/share/mime usr/share/icons usr/share/applications -path '*workbench*' 2>/dev/null)
[ -z "$left" ] && ! grep -q wbx "$root/usr/share/mime/globs2"
say $? "没有留下程序文件和关联${left:+：$left}"
[ "$before" = "$(hashes)" ] && [ -n "$before" ]
say $? "评价数据未动（$(printf '%s\n' "$before" | wc -l) 个）"
exit $failed
