@echo off
rem Builds and runs FastTune on Windows. Untested: nobody has run it on Windows yet.
where dotnet >nul 2>nul || (
    echo fasttune: the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
    exit /b 1
)
dotnet build -c Release -v q --nologo "%~dp0src\Host\FastTune.Host.csproj" 1>&2 || exit /b 1
dotnet "%~dp0artifacts\bin\FastTune.Host\release\fasttune.dll" %*
