// Every room of the source tree stands in the table of rooms of ARCHITECTURE.md.
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public class RoomsTests
{
    [Theory]
    [InlineData("src/Kernels")]
    [InlineData("src/Host")]
    public void Every_room_stands_in_the_table(string house)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));
        string table = text.Split("## The rooms")[1].Split("## ")[0];
        var rooms = Repository.Files().Where(file => file.StartsWith($"{house}/", StringComparison.Ordinal))
            .Select(file => file[(house.Length + 1)..].Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[0]).Distinct().ToList();
        Assert.NotEmpty(rooms);
        Assert.DoesNotContain(rooms, room => !table.Contains($"`{room}`") && !table.Contains($"`{house}/{room}`"));
    }
}
