// The arrows of ARCHITECTURE.md against the compiled code: rooms name only rooms beside or below them, and never in a circle.
using ArchUnitNET.Loader;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public class ArrowsTests
{
    private sealed record Arrow(string From, string To, string Example);

    private static readonly string[][] Layers = Read();

    private static readonly Arrow[] Arrows = Load();

    [Fact]
    public void A_room_names_only_rooms_on_its_line_and_below() =>
        Assert.DoesNotContain(Arrows, arrow => Layer(arrow.To) < Layer(arrow.From));

    [Fact]
    public void Every_room_stands_in_the_block_of_arrows() =>
        Assert.DoesNotContain(Arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).Distinct(), room => Layer(room) < 0);

    [Fact]
    public void No_rooms_name_each_other_in_a_circle()
    {
        var left = Arrows.Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        while (left.RemoveWhere(arrow => !left.Any(next => next.From == arrow.To)) > 0) { }
        Assert.Empty(left.Select(arrow => $"{arrow.From} → {arrow.To}"));
    }

    [Fact]
    public void The_engine_is_seen()
    {
        Assert.Contains(Arrows, arrow => arrow is { From: "Cli", To: "Config" });
        Assert.Contains(Arrows, arrow => arrow.To == "Kernels");
    }

    private static int Layer(string room) => Array.FindIndex(Layers, layer => layer.Contains(room));

    private static string[][] Read()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));
        string block = text.Split("```arrows\n")[1].Split("```")[0];
        return [.. block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static Arrow[] Load()
    {
        var host = typeof(UserError).Assembly;
        var kernels = typeof(Kernels.Tensors.DType).Assembly;
        var architecture = new ArchLoader().LoadAssemblies(host, kernels).Build();
        var found =
            from type in architecture.Types
            from dependency in type.Dependencies
            let room = Room(type.FullName)
            let other = Room(dependency.Target.FullName)
            where room is not null && other is not null && room != other
            group $"{type.FullName} names {dependency.Target.FullName}" by (room, other) into arrow
            select new Arrow(arrow.Key.room, arrow.Key.other, arrow.First());
        return [.. found];
    }

    /// <summary>FastTune.Data.Sample → Data; a type in no room (FastTune.UserError, generated code) → null.</summary>
    private static string? Room(string type)
    {
        string[] parts = type.Split('.');
        return parts.Length > 2 && parts[0] == "FastTune" ? parts[1] : null;
    }
}
