; Marina's installer for Windows (Inno Setup 6), for one user and without administrator rights.
; ISCC /DVersion=0.1.0 /DBundle=dist\marina /DIcon=build\marina.ico /Odist packaging\windows\marina.iss
#ifndef Version
  #error Version is missing
#endif

[Setup]
AppId={{6C0B3B9E-3D0F-4E0E-9F7A-2A9C7C1D5B41}
AppName=Marina
AppVersion={#Version}
AppPublisher=The Marina authors
DefaultDirName={localappdata}\Programs\Marina
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.19041
ChangesEnvironment=yes
CloseApplications=yes
RestartApplications=no
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\marina-desktop.exe
OutputBaseFilename=marina-{#Version}-windows-amd64
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "path"; Description: "Let terminals find the command marina"
Name: "login"; Description: "Start the machine when I log in"; Flags: unchecked

[InstallDelete]
; what a former version had and this one has not
Type: filesandordirs; Name: "{app}\_internal"
Type: filesandordirs; Name: "{app}\image"
Type: filesandordirs; Name: "{app}\qemu"

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{userprograms}\Marina"; Filename: "{app}\marina-desktop.exe"

[Registry]
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNotOnPath

[Run]
Filename: "{app}\marina.exe"; Parameters: "start-at-login on"; Flags: runhidden; Tasks: login
Filename: "{app}\marina-desktop.exe"; Description: "Open Marina"; Flags: nowait postinstall skipifsilent

[UninstallRun]
Filename: "{app}\marina.exe"; Parameters: "start-at-login off"; WorkingDir: "{sys}"; Flags: runhidden; RunOnceId: "login"
Filename: "{app}\marina.exe"; Parameters: "window-at-login off"; WorkingDir: "{sys}"; Flags: runhidden; RunOnceId: "window"

[Code]
function IsNotOnPath: Boolean;
var
  Known: String;
begin
  Result := not RegQueryStringValue(HKCU, 'Environment', 'Path', Known)
    or (Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Known) + ';') = 0);
end;

// Windows replaces and removes no file of a program that runs: the machine with its supervisor ends, then the window.
procedure EndPrograms;
var
  Status: Integer;
begin
  if FileExists(ExpandConstant('{app}\marina.exe')) then
  begin
    Exec(ExpandConstant('{app}\marina.exe'), 'stop --quit', ExpandConstant('{sys}'), SW_HIDE, ewWaitUntilTerminated, Status);
    Exec(ExpandConstant('{sys}\taskkill.exe'), '/F /IM marina-desktop.exe', '', SW_HIDE, ewWaitUntilTerminated, Status);
  end;
end;

function PrepareToInstall(var NeedsRestart: Boolean): String;
begin
  EndPrograms;
  Result := '';
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Known: String;
begin
  if Step = usUninstall then EndPrograms;
  if (Step = usPostUninstall) and RegQueryStringValue(HKCU, 'Environment', 'Path', Known) then
  begin
    Known := ';' + Known + ';'; // whole entries only: another folder's name may begin like ours
    if StringChangeEx(Known, ';' + ExpandConstant('{app}') + ';', ';', True) > 0 then
      RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Copy(Known, 2, Length(Known) - 2));
  end;
end;
