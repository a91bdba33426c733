// Plain sentences about the little world: what the quickstart's base model is pretrained on.
namespace FastTune.Quickstart;

internal static class PretrainingText
{
    private static readonly string[] _days = ["On a cold morning", "In the evening", "After the rain", "In the spring", "On a warm day", "At noon", "In the autumn", "When the sun is low"];
    private static readonly string[] _people = ["the children", "the old farmer", "my sister", "the teacher", "the neighbours", "a young boy", "the baker", "our grandmother"];

    /// <summary>Paragraphs until their text has so many characters. The same seed makes the same text.</summary>
    public static IEnumerable<string> Paragraphs(int characters, int seed)
    {
        var random = new Random(seed);
        for (int length = 0; length < characters;)
        {
            string paragraph = Paragraph(random);
            length += paragraph.Length;
            yield return paragraph;
        }
    }

    private static string Paragraph(Random random)
    {
        string[] sentences = random.Next(10) switch
        {
            < 5 => About(Pick(random, World.Animals), random),
            < 7 => About(Pick(random, World.Produce), random),
            7 => About(Pick(random, World.Sites), random),
            _ => About(Pick(random, World.Chores), random),
        };
        return string.Join(' ', sentences);
    }

    private static string[] About(Animal animal, Random random)
    {
        string name = animal.Name, who = Pick(random, _people), day = Pick(random, _days);
        string[] body =
        [
            Pick(random, [$"The {name} lives {animal.Home}.", $"You can find the {name} {animal.Home}.", $"{Capital(animal.Home)} there lives the {name}."]),
            Pick(random, [$"The {name} eats {animal.Food}.", $"It likes to eat {animal.Food}.", $"{day} it looks for {animal.Food}."]),
            Pick(random, [$"The {name} can {animal.Skill}.", $"It can {animal.Skill}.", $"Few others can {animal.Skill} like the {name}."]),
            Pick(random, [$"{day} {who} saw the {name} {animal.Home}.", $"{Capital(who)} know the {name} well.", $"{day} the {name} is quiet."]),
        ];
        random.Shuffle(body);
        return [Pick(random, [$"The {name} is {animal.Colour}.", $"The colour of the {name} is {animal.Colour}."]), .. body.Take(random.Next(2, 5))];
    }

    private static string[] About(Produce produce, Random random)
    {
        string name = produce.Name, who = Pick(random, _people), day = Pick(random, _days);
        string[] body =
        [
            Pick(random, [$"The {name} tastes {produce.Taste}.", $"Its taste is {produce.Taste}."]),
            Pick(random, [$"The {name} grows {produce.Grows}.", $"It grows {produce.Grows}."]),
            Pick(random, [$"{day} {who} put the {name} into a basket.", $"{Capital(who)} like the {name}."]),
        ];
        random.Shuffle(body);
        return [$"The {name} is {produce.Colour}.", .. body];
    }

    private static string[] About(Site site, Random random)
    {
        string who = Pick(random, _people), day = Pick(random, _days);
        string[] body =
        [
            $"{Capital(site.Name)} there is much to see: {site.Sight}.",
            $"{day} people {site.Work} {site.Name}.",
            Pick(random, [$"{day} {who} went for a walk and stayed {site.Name}.", $"{Capital(site.Name)} people {site.Work}."]),
        ];
        random.Shuffle(body);
        return body;
    }

    private static string[] About(Chore chore, Random random)
    {
        string who = Pick(random, _people), day = Pick(random, _days);
        return
        [
            Pick(random, [$"{day} {who} wanted to {chore.Name}.", $"This is how people {chore.Name}.", $"It is not hard to {chore.Name}."]),
            $"First {chore.First}.", $"Then {chore.Then}.", $"At last {chore.Last}.",
        ];
    }

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
