#!/bin/sh
# Make the packages for Linux in dist/: the program as one folder, a .deb, a portable archive, their hashes.
#
#   tools/build_linux.sh        PYTHON=python3.12 tools/build_linux.sh
#
# A package runs on systems with the C library of this one or a newer one, so build on the oldest.
# Needs Python 3.11–3.13 with venv, binutils, dpkg-deb and xz; leave nothing outside build/ and dist/.
# WORKBENCH_APP_ID, WORKBENCH_PUBLISHER, WORKBENCH_MAINTAINER: whose the package is, where it is not as
# resources/product.toml says; WORKBENCH_UPDATE_KEY: the private key of
# updates (tools/make_update.py keys), without it no update packages are made.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
for tool in dpkg-deb dpkg objdump xz tar; do
  command -v "$tool" >/dev/null || { say "缺少 $tool，请管理员执行： sudo apt-get install -y binutils dpkg xz-utils tar"; exit 3; }
done

python=${PYTHON:-}
for candidate in python3.11 python3.12 python3.13 python3; do
  [ -z "$python" ] || break
  if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
  then python=$candidate; fi
done
[ -n "$python" ] || { say "需要 Python 3.11、3.12 或 3.13（带 venv）。"; exit 2; }

lock=requirements-build.lock.txt
if ! cmp -s "$lock" build/venv/.installed; then
  say "正在准备打包环境 build/venv ……"
  "$python" -m venv --clear build/venv
  build/venv/bin/python -m pip install -q --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r "$lock"
  cp "$lock" build/venv/.installed
fi
py=build/venv/bin/python

said=$("$py" tools/product.py shell)
eval "$said"
title=$product_title
app_id=$product_app_id # the name by which 统信 UOS knows an application; also the name of the package
types=$("$py" tools/product.py types)
version=$("$py" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
arch=$(dpkg --print-architecture)
# Files of a package bear the time of the commit, so that the same source makes the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
PYTHONHASHSEED=0
export SOURCE_DATE_EPOCH PYTHONHASHSEED

say "正在打包 $title $version（$arch）……"
rm -rf dist/workbench build/deb build/portable build/self-test build/update_keys
key=${WORKBENCH_UPDATE_KEY:-}
if [ -n "$key" ]; then "$py" tools/make_update.py public "$key" build/update_keys/release.pub
else say "没有设 WORKBENCH_UPDATE_KEY：程序不带更新公钥，不做更新包。"; fi
[ -n "${WORKBENCH_MAINTAINER:-}" ] || say "没有设 WORKBENCH_MAINTAINER：.deb 的维护者写为“$product_maintainer”。"
"$py" tools/product.py page build/product.toml
"$py" tools/gather_licences.py build/licences
"$py" -m PyInstaller --noconfirm --log-level ERROR --distpath dist --workpath build/work build.spec
"$py" tools/gather_licences.py dist/workbench/_internal/licences dist/workbench
"$py" tools/components.py dist/workbench

say "正在自检……"
QT_QPA_PLATFORM=offscreen WORKBENCH_DATA=build/self-test/data dist/workbench/workbench --self-test build/self-test >/dev/null || {
  cat build/self-test/result.txt >&2
  exit 1
}

# The newest symbol of the C library that anything in the folder asks for is what the package depends on.
glibc=$(find dist/workbench -type f \( -name '*.so*' -o -name workbench \) -exec objdump -T {} + 2>/dev/null |
  grep -o 'GLIBC_2\.[0-9]*' | sort -u -t. -k2n | tail -n 1 | cut -d_ -f2)

fill() {
  sed -e "s/@APP_ID@/$app_id/g" -e "s/@TITLE@/$title/g" -e "s/@VERSION@/$version/g" -e "s/@ARCH@/$arch/g" \
    -e "s/@GLIBC@/$glibc/g" -e "s/@SIZE@/${size:-0}/g" -e "s/@MAINTAINER@/$product_maintainer/g" \
    -e "s/@SUMMARY@/$product_summary/g" -e "s|@TYPES@|$types|g" -e "s/@FORMER@/$former/g" "$1" >"$2"
}

# A firm's own package takes the place of the usual one: both would bring the command `workbench`.
usual=$(env -u WORKBENCH_APP_ID "$py" tools/product.py get app_id)
former=evaluation-workbench
[ "$usual" = "$app_id" ] || former="$former, $usual"

deb=build/deb home=build/deb/opt/apps/$app_id
mkdir -p "$home/files" "$home/entries/applications" "$home/entries/icons/hicolor/256x256/apps" \
  "$home/entries/icons/hicolor/256x256/mimetypes" "$home/entries/mime/packages" \
  "$deb/usr/bin" "$deb/usr/share/applications" "$deb/usr/share/icons" "$deb/usr/share/mime/packages" \
  "$deb/usr/share/doc/$app_id" "$deb/DEBIAN"
cp -a dist/workbench/. "$home/files/"
size=$(du -sk "$home" | cut -f1)
fill packaging/linux/info.json "$home/info"
fill packaging/linux/workbench.desktop "$home/entries/applications/$app_id.desktop"
cp resources/icons/workbench.png "$home/entries/icons/hicolor/256x256/apps/$app_id.png"
cp resources/icons/document.png "$home/entries/icons/hicolor/256x256/mimetypes/$app_id-document.png"
"$py" tools/product.py mime "$home/entries/mime/packages/$app_id.xml"
# 统信 UOS reads entries/; other desktops look below /usr/share, and their own triggers of dpkg tell them
# that something came or went: the package needs no scripts.
cp "$home/entries/applications/$app_id.desktop" "$deb/usr/share/applications/"
cp -R "$home/entries/icons/hicolor" "$deb/usr/share/icons/"
cp "$home/entries/mime/packages/$app_id.xml" "$deb/usr/share/mime/packages/"
cp THIRD_PARTY_LICENSES.md LICENSE "$deb/usr/share/doc/$app_id/"
ln -s "/opt/apps/$app_id/files/workbench" "$deb/usr/bin/workbench"
fill packaging/linux/control "$deb/DEBIAN/control"
chmod -R u=rwX,go=rX "$deb"
dpkg-deb --root-owner-group -Zxz -b "$deb" "dist/${app_id}_${version}_$arch.deb" >/dev/null

portable=$title-$version-linux-$arch
mkdir -p "build/portable/$portable"
cp -a dist/workbench/. "build/portable/$portable/"
cp packaging/linux/portable.txt "build/portable/$portable/portable"
tar -C build/portable --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  -cf - "$portable" | xz -T0 -6 >"dist/$portable.tar.xz"

if [ -n "$key" ]; then
  case $arch in amd64) machine=x86_64 ;; *) machine=$arch ;; esac
  for kind in deb folder; do
    case $kind in deb) payload=dist/${app_id}_${version}_$arch.deb ;; *) payload=dist/$portable.tar.xz ;; esac
    "$py" tools/make_update.py pack "$key" "$payload" "dist/workbench-$version-linux-$arch-$kind.wbupdate" \
      --system linux --machine "$machine" --kind "$kind"
  done
fi

(cd dist && find . -maxdepth 1 -type f ! -name SHA256SUMS | sort | xargs -d '\n' sha256sum >SHA256SUMS)
say "完成（需要 glibc $glibc 以上）："
du -sh --apparent-size dist/workbench
du -h --apparent-size dist/*.deb dist/*.tar.xz
