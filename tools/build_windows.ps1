# Make the packages for Windows in dist\: the program as one folder, an installer, a portable archive, their
# hashes; install, test, upgrade and remove it. Run on 64-bit Windows 10 or 11 with Python 3.11-3.13 and NSIS 3:
#
#   powershell -ExecutionPolicy Bypass -File tools\build_windows.ps1 [-Python path] [-Install]
#
# -Install also installs, upgrades and uninstalls on this machine, with the self-test in between; for build machines.
# WORKBENCH_SIGN        command that signs the file it is given last (signtool sign /fd sha256 ...); unset: not signed
# WORKBENCH_UPDATE_KEY  private key of updates (tools\make_update.py keys); unset: no update packages
# WORKBENCH_APP_ID, WORKBENCH_PUBLISHER   whose the program is, where it is not as resources\product.toml says
param([string]$Python = "", [switch]$Install)
$ErrorActionPreference = "Stop"
Set-StrictMode -Version 3
Set-Location (Join-Path $PSScriptRoot "..")
$env:PYTHONUTF8 = "1"
$env:PYTHONHASHSEED = "0"

function Invoke-Checked([string]$Program) {
  & $Program @args
  if ($LASTEXITCODE -ne 0) { throw "$Program：退出码 $LASTEXITCODE" }
}

# A program with a window: PowerShell would not wait for it.
function Invoke-Waited([string]$Program, [string]$Words, [int]$Expected = 0) {
  $code = (Start-Process -FilePath $Program -ArgumentList $Words -Wait -PassThru).ExitCode
  if ($code -ne $Expected) { throw "$Program $Words：退出码 $code，应为 $Expected" }
}

function Test-Program([string]$Program, [string]$Out) {
  Remove-Item -Recurse -Force $Out -ErrorAction SilentlyContinue
  New-Item -ItemType Directory -Force $Out | Out-Null
  $full = (Resolve-Path $Out).Path
  try { Invoke-Waited $Program "--self-test `"$full`"" }
  finally { if (Test-Path "$full\result.txt") { Get-Content -Encoding UTF8 "$full\result.txt" } }
}

if (-not $Python) {
  foreach ($version in "3.11", "3.12", "3.13") {
    if (Get-Command py -ErrorAction SilentlyContinue) {
      $found = & py "-$version" -c "import sys; print(sys.executable)" 2>$null
      if ($LASTEXITCODE -eq 0) { $Python = $found; break }
    }
  }
  if (-not $Python) { $Python = (Get-Command python).Source }
}
Invoke-Checked $Python -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32))"

$lock = "requirements-build.lock.txt"
$stamp = "build\venv\.installed"
if (-not (Test-Path $stamp) -or (Get-FileHash $stamp).Hash -ne (Get-FileHash $lock).Hash) {
  Write-Host "正在准备打包环境 build\venv ……"
  Invoke-Checked $Python -m venv --clear build\venv
  Invoke-Checked build\venv\Scripts\python.exe -m pip install -q --disable-pip-version-check --no-input --require-hashes --only-binary ":all:" -r $lock
  Copy-Item $lock $stamp
}
$py = (Resolve-Path build\venv\Scripts\python.exe).Path
# What Python says on a pipe is UTF-8 (PYTHONUTF8).
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$title = & $py tools\product.py get title
Invoke-Checked $py tools\product.py page build\product.toml
Invoke-Checked $py tools\product.py nsh build\product.nsh
$version = & $py -c "import tomllib; print(tomllib.load(open('pyproject.toml', 'rb'))['project']['version'])"

Write-Host "正在打包 $title $version ……"
foreach ($old in "dist\workbench", "build\update_keys", "build\portable") { Remove-Item -Recurse -Force $old -ErrorAction SilentlyContinue }
$key = $env:WORKBENCH_UPDATE_KEY
if ($key) { Invoke-Checked $py tools\make_update.py public $key build\update_keys\release.pub }
else { Write-Host "没有设 WORKBENCH_UPDATE_KEY：程序不带更新公钥，不做更新包。" }
Invoke-Checked $py tools\gather_licences.py build\licences
Invoke-Checked $py -m PyInstaller --noconfirm --log-level ERROR --distpath dist --workpath build\work build.spec
Invoke-Checked $py tools\components.py dist\workbench

$sign = $env:WORKBENCH_SIGN
if ($sign) {
  # Those of Qt, Python and Microsoft that are signed already keep their signatures.
  Get-ChildItem -Recurse -File dist\workbench | Where-Object { $_.Extension -in ".exe", ".dll", ".pyd" } |
    Where-Object { (Get-AuthenticodeSignature $_.FullName).Status -eq "NotSigned" } | ForEach-Object {
      cmd /c "$sign `"$($_.FullName)`""
      if ($LASTEXITCODE -ne 0) { throw "没有签名：$($_.FullName)" }
    }
} else { Write-Host "没有设 WORKBENCH_SIGN：程序和安装程序都不签名。" }

Write-Host "正在自检……"
$env:WORKBENCH_DATA = (New-Item -ItemType Directory -Force "build\self-test\data").FullName
Test-Program dist\workbench\workbench.exe build\self-test\out
Remove-Item Env:WORKBENCH_DATA

$makensis = (Get-Command makensis -ErrorAction SilentlyContinue).Source
if (-not $makensis) { $makensis = "${env:ProgramFiles(x86)}\NSIS\makensis.exe" }
if (-not (Test-Path $makensis)) { throw "没有找到 NSIS 3（makensis.exe）。" }
$setup = Join-Path (Get-Location) "dist\workbench-$version-setup.exe"
$words = @("-V2", "-INPUTCHARSET", "UTF8", "-DPRODUCT=$((Resolve-Path build\product.nsh).Path)", "-DVERSION=$version", "-DSOURCE=$((Resolve-Path dist\workbench).Path)", "-DTARGET=$setup")
if ($sign) { $words += "-DSIGN=$sign" }
Invoke-Checked $makensis @words packaging\windows\installer.nsi

$portable = "build\portable\$title-$version"
New-Item -ItemType Directory -Force $portable | Out-Null
Copy-Item -Recurse dist\workbench\* $portable
Copy-Item packaging\linux\portable.txt "$portable\portable"
$archive = Join-Path (Get-Location) "dist\workbench-$version-windows-x64.zip"
Remove-Item $archive -ErrorAction SilentlyContinue
Add-Type -AssemblyName System.IO.Compression.FileSystem
[IO.Compression.ZipFile]::CreateFromDirectory((Resolve-Path build\portable).Path, $archive, "Optimal", $false, [Text.Encoding]::UTF8)

if ($key) {
  Invoke-Checked $py tools\make_update.py pack $key $setup "dist\workbench-$version-windows-setup.wbupdate" --system windows --machine x86_64 --kind setup
  Invoke-Checked $py tools\make_update.py pack $key $archive "dist\workbench-$version-windows-portable.wbupdate" --system windows --machine x86_64 --kind folder
}

if ($Install) {
  $home_ = Join-Path $env:LOCALAPPDATA "Programs\现场 评价"
  $data = Join-Path ([Environment]::GetFolderPath("MyDocuments")) $title
  Write-Host "正在安装、自检、覆盖升级、卸载（$home_）……"
  Invoke-Waited $setup "/S /NODESKTOP /D=$home_"
  $open = (Get-Item "HKCU:\Software\Classes\Workbench.Archive\shell\open\command").GetValue("")
  if ($open -ne "`"$home_\workbench.exe`" --open `"%1`"") { throw "文件关联不对：$open" }
  Invoke-Checked "$home_\workbench-cli.exe" list
  Test-Program "$home_\workbench.exe" build\self-test\installed
  Invoke-Waited "$home_\workbench.exe" "new 升级前的评价 --form qixia-2022"
  $before = (Get-FileHash (Get-ChildItem -Recurse -Path $data -Filter evaluation.db).FullName).Hash
  Invoke-Waited $setup "/S /NODESKTOP /D=$home_"
  $running = Start-Process "$home_\workbench.exe" -PassThru
  Start-Sleep -Seconds 15
  Invoke-Waited $setup "/S /NODESKTOP /D=$home_" 3
  Stop-Process -Id $running.Id
  Start-Sleep -Seconds 3
  Invoke-Waited "$home_\uninstall.exe" "/S _?=$home_"
  $left = @(Get-ChildItem -Recurse -File $home_ -ErrorAction SilentlyContinue | Where-Object { $_.Name -ne "uninstall.exe" })
  foreach ($kept in "Workbench.Archive", ".wbx", ".wbfirm", ".wbupdate") {
    if (Test-Path "HKCU:\Software\Classes\$kept") { throw "卸载后留下文件关联：$kept" }
  }
  if ($left) { throw "卸载后留下：$($left.FullName -join '、')" }
  $after = (Get-FileHash (Get-ChildItem -Recurse -Path $data -Filter evaluation.db).FullName).Hash
  if ($before -ne $after) { throw "升级或卸载改动了评价数据。" }
  Write-Host "安装、升级、运行中拒绝升级、卸载都符合要求，评价数据未变。"
}

Get-ChildItem dist -File | Where-Object { $_.Extension -in ".exe", ".zip", ".wbupdate" } | ForEach-Object {
  "$((Get-FileHash $_.FullName -Algorithm SHA256).Hash.ToLower())  ./$($_.Name)"
} | Set-Content -Encoding UTF8 dist\SHA256SUMS
Get-ChildItem dist -File | Select-Object Name, Length
