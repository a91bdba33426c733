// dotnet run -c Release --project tools/NewOp -- Name: writes src/Kernels/Ops/Name and its line in the catalogue.
using FastTune.NewOp;

if (args is not [var name] || !OpSkeleton.IsName(name))
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tools/NewOp -- Name, where Name is like RmsNorm");
    return 2;
}
try
{
    foreach (string file in OpSkeleton.Write(Directory.GetCurrentDirectory(), name)) Console.WriteLine(file);
    Console.WriteLine($"""next: dotnet run -c Release --project tests/Kernels -- -class "*CaseTable*", then change the formula""");
    return 0;
}
catch (IOException problem)
{
    Console.Error.WriteLine($"new op: {problem.Message}");
    return 1;
}
