; The installer for Windows: for one person, without administrator rights, in Chinese.
; Made by tools/build_windows.ps1 on Windows, or by `make windows-installer` from any folder of the program:
;   makensis -INPUTCHARSET UTF8 -DPRODUCT=build\product.nsh -DVERSION=x.y.z -DSOURCE=dist\workbench -DTARGET=setup.exe
;     packaging\windows\installer.nsi
; Silent roll-out: setup.exe /S [/DEFAULTS=file] [/NODESKTOP] [/NOASSOC] [/NOTEST] [/D=folder]
;                  uninstall.exe /S [/REMOVEDATA]
; Exit codes: 0 done, 2 refused or failed and nothing changed, 3 the program is running, 4 only the defaults failed.
Unicode true
!ifndef VERSION
  !error "VERSION is missing"
!endif
!ifndef SOURCE
  !error "SOURCE is missing"
!endif
!ifndef TARGET
  !define TARGET "workbench-${VERSION}-setup.exe"
!endif
!ifndef PRODUCT
  !error "PRODUCT is missing: python tools/product.py nsh build/product.nsh"
!endif
!include "${PRODUCT}" ; TITLE, PUBLISHER, the macros Associate and un.Associate
!define EXE "workbench.exe"
!define CLI "workbench-cli.exe"
!define DATA "$DOCUMENTS\${TITLE}"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\workbench"

Name "${TITLE}"
OutFile "${TARGET}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\workbench"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
SetCompressor /SOLID lzma
SetCompressorDictSize 64
CRCCheck force
BrandingText "${TITLE} ${VERSION}"

; A command that signs the file it is given last, e.g. signtool; left out when there is none.
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include x64.nsh

!ifndef RESOURCES
  !define RESOURCES "../../resources" ; from the folder of this file, where makensis works
!endif
!define MUI_ICON "${RESOURCES}/icons/workbench.ico"
!define MUI_UNICON "${RESOURCES}/icons/workbench.ico"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "将为当前用户安装 ${TITLE} ${VERSION}，不需要管理员权限。$\r$\n$\r$\n已有的评价数据和设置不会改动；升级时，新版本通过自检后才替换旧版本。"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!define MUI_FINISHPAGE_RUN_TEXT "打开 ${TITLE}"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 "ProductName" "${TITLE}"
VIAddVersionKey /LANG=2052 "FileDescription" "${TITLE} 安装程序"
VIAddVersionKey /LANG=2052 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "CompanyName" "${PUBLISHER}"
VIAddVersionKey /LANG=2052 "LegalCopyright" "MIT 许可证"

Var Defaults
Var NoDesktop
Var NoTest
Var NoAssoc
Var RemoveData

; Say why and leave with a code; nobody is asked anything when it is silent.
!macro Refuse CODE TEXT
  MessageBox MB_ICONSTOP|MB_OK "${TEXT}" /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend

; Sets $R8 to 1 while a program in $INSTDIR is running: it keeps its own file from being written then.
!macro TryExe NAME
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\${NAME}"
    FileOpen $R9 "$INSTDIR\${NAME}" a
    ${If} ${Errors}
      StrCpy $R8 1
    ${Else}
      FileClose $R9
    ${EndIf}
  ${EndIf}
  ClearErrors
!macroend

; Explorer reads the kinds of files anew (SHCNE_ASSOCCHANGED).
!macro TellShell
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

!macro NeedClosed
  ${Do}
    StrCpy $R8 0
    !insertmacro TryExe "${EXE}"
    !insertmacro TryExe "${CLI}"
    ${If} $R8 == 0
      ${Break}
    ${EndIf}
    MessageBox MB_ICONEXCLAMATION|MB_RETRYCANCEL "${TITLE} 正在运行。请先关闭它，再按“重试”。" /SD IDCANCEL IDRETRY +3
      SetErrorLevel 3
      Quit
    ClearErrors
  ${Loop}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
    !insertmacro Refuse 2 "需要 64 位的 Windows 10（1809 以上）或 Windows 11。"
  ${EndIf}
  ${IfNot} ${AtLeastWin10}
    !insertmacro Refuse 2 "需要 Windows 10（1809 以上）或 Windows 11。"
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/DEFAULTS=" $Defaults
  ${If} ${Errors}
    StrCpy $Defaults ""
  ${ElseIfNot} ${FileExists} "$Defaults"
    !insertmacro Refuse 2 "找不到本单位资料：$Defaults"
  ${EndIf}
  StrCpy $NoDesktop 1
  ClearErrors
  ${GetOptions} $R0 "/NODESKTOP" $R1
  ${If} ${Errors}
    StrCpy $NoDesktop 0
  ${EndIf}
  ; Who was told once to leave the kinds of files alone leaves them alone when it is upgraded.
  ReadRegDWORD $NoAssoc HKCU "${KEY}" "NoAssoc"
  ClearErrors
  ${GetOptions} $R0 "/NOASSOC" $R1
  ${IfNot} ${Errors}
    StrCpy $NoAssoc 1
  ${EndIf}
  StrCpy $NoTest 1
  ClearErrors
  ${GetOptions} $R0 "/NOTEST" $R1
  ${If} ${Errors}
    StrCpy $NoTest 0
  ${EndIf}
FunctionEnd

Section "install"
  !insertmacro NeedClosed
  ; What an installation that was cut off left behind.
  RMDir /r "$INSTDIR\.new"
  ${If} ${FileExists} "$INSTDIR\.old\_internal\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\${EXE}"
    RMDir /r "$INSTDIR\_internal"
    Rename "$INSTDIR\.old\_internal" "$INSTDIR\_internal"
    Rename "$INSTDIR\.old\${EXE}" "$INSTDIR\${EXE}"
    Rename "$INSTDIR\.old\${CLI}" "$INSTDIR\${CLI}"
  ${ElseIf} ${FileExists} "$INSTDIR\.old\_internal\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\_internal\*.*"
    Rename "$INSTDIR\.old\_internal" "$INSTDIR\_internal"
    Rename "$INSTDIR\.old\${CLI}" "$INSTDIR\${CLI}"
  ${EndIf}
  RMDir /r "$INSTDIR\.old"

  ClearErrors
  SetOutPath "$INSTDIR\.new"
  File /r "${SOURCE}\*"
  ${If} ${Errors}
    SetOutPath "$INSTDIR"
    RMDir /r "$INSTDIR\.new"
    !insertmacro Refuse 2 "程序文件没有写全（磁盘已满，或被杀毒软件拦截）。原来的版本没有改动。"
  ${EndIf}
  SetOutPath "$INSTDIR"

  ${If} $NoTest == 0
    DetailPrint "正在自检……"
    InitPluginsDir
    ExecWait '"$INSTDIR\.new\${EXE}" --self-test "$PLUGINSDIR\self-test"' $R0
    ${If} $R0 != 0
      CreateDirectory "$LOCALAPPDATA\workbench"
      CopyFiles /SILENT "$PLUGINSDIR\self-test\result.txt" "$LOCALAPPDATA\workbench\self-test.txt"
      RMDir /r "$INSTDIR\.new"
      !insertmacro Refuse 2 "新版本没有通过自检（$R0），没有安装，原来的版本没有改动。$\r$\n结果在 $LOCALAPPDATA\workbench\self-test.txt"
    ${EndIf}
  ${EndIf}

  ; Renamed, not copied: at every moment either version is whole on the disk. The folder of libraries goes
  ; first: Windows renames a program that runs, but no folder of which something is loaded.
  CreateDirectory "$INSTDIR\.old"
  ${If} ${FileExists} "$INSTDIR\${EXE}"
    ClearErrors
    Rename "$INSTDIR\_internal" "$INSTDIR\.old\_internal"
    ${If} ${Errors}
      RMDir /r "$INSTDIR\.new"
      RMDir "$INSTDIR\.old"
      !insertmacro Refuse 3 "${TITLE} 正在运行，没有升级。请关闭后重试。"
    ${EndIf}
    Rename "$INSTDIR\${EXE}" "$INSTDIR\.old\${EXE}"
    Rename "$INSTDIR\${CLI}" "$INSTDIR\.old\${CLI}"
  ${EndIf}
  ClearErrors
  Rename "$INSTDIR\.new\_internal" "$INSTDIR\_internal"
  Rename "$INSTDIR\.new\${CLI}" "$INSTDIR\${CLI}"
  Rename "$INSTDIR\.new\${EXE}" "$INSTDIR\${EXE}"
  ${If} ${Errors}
    RMDir /r "$INSTDIR\_internal"
    Delete "$INSTDIR\${CLI}"
    Rename "$INSTDIR\.old\_internal" "$INSTDIR\_internal"
    Rename "$INSTDIR\.old\${EXE}" "$INSTDIR\${EXE}"
    Rename "$INSTDIR\.old\${CLI}" "$INSTDIR\${CLI}"
    !insertmacro Refuse 2 "程序文件没有换成，已恢复原来的版本。请关闭占用它的程序后重试。"
  ${EndIf}
  RMDir /r "$INSTDIR\.new"
  RMDir /r "$INSTDIR\.old"

  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${TITLE}.lnk" "$INSTDIR\${EXE}" "" "$INSTDIR\${EXE}" 0 SW_SHOWNORMAL "" "${SUMMARY}"
  ${If} $NoDesktop == 0
    CreateShortcut "$DESKTOP\${TITLE}.lnk" "$INSTDIR\${EXE}"
  ${EndIf}
  WriteRegStr HKCU "${KEY}" "DisplayName" "${TITLE}"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  ${If} $NoAssoc == 1
    !insertmacro un.Associate
    WriteRegDWORD HKCU "${KEY}" "NoAssoc" 1
  ${Else}
    !insertmacro Associate
  ${EndIf}
  !insertmacro TellShell
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $R0 $R1 $R2
  IntFmt $R0 "0x%08X" $R0
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$R0"

  ${If} $Defaults != ""
    DetailPrint "正在读入本单位资料……"
    ExecWait '"$INSTDIR\${EXE}" defaults import "$Defaults"' $R0
    ${If} $R0 != 0
      ; The program is installed; only the file could not be taken in.
      MessageBox MB_ICONEXCLAMATION|MB_OK "程序已装好，但本单位资料没有读入（$R0）：$Defaults" /SD IDOK
      SetErrorLevel 4
    ${EndIf}
  ${EndIf}
SectionEnd

Function un.onInit
  !insertmacro NeedClosed
  StrCpy $RemoveData 0
  ${If} ${Silent}
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/REMOVEDATA" $R1
    ${IfNot} ${Errors}
      StrCpy $RemoveData 1
    ${EndIf}
  ${ElseIf} ${FileExists} "${DATA}\*.*"
    MessageBox MB_ICONQUESTION|MB_YESNO|MB_DEFBUTTON1 "保留评价数据吗？$\r$\n$\r$\n${DATA}$\r$\n$\r$\n选“否”则移到回收站。放在其他位置的评价不会改动。" IDYES +2
      StrCpy $RemoveData 1
  ${EndIf}
FunctionEnd

Section "Uninstall"
  ; Only what the installer put there: a person's file in this folder stays.
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\.new"
  RMDir /r "$INSTDIR\.old"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${CLI}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${TITLE}.lnk"
  Delete "$DESKTOP\${TITLE}.lnk"
  DeleteRegKey HKCU "${KEY}"
  !insertmacro un.Associate
  !insertmacro TellShell
  ; What can be made again.
  RMDir /r "$LOCALAPPDATA\workbench\Cache"
  ${If} $RemoveData == 1
    ; FO_DELETE with FOF_ALLOWUNDO, FOF_NOCONFIRMATION, FOF_SILENT: into the recycle bin. Two zeros end the list.
    System::Call '*(&w1024 "${DATA}")p.r1'
    System::Call '*(p 0, i 3, p r1, p 0, &i2 0x54, i 0, p 0, p 0)p.r0'
    System::Call 'shell32::SHFileOperationW(p r0)i.r2'
    System::Free $0
    System::Free $1
  ${EndIf}
SectionEnd
