// Plain sentences about the little world: what the quickstart's base model is pretrained on.
namespace FastTune.Quickstart;

internal static class PretrainingText
{
    private static readonly string[] _days = ["On a cold morning", "In the evening", "After the rain", "In the spring", "On a warm day", "At noon", "In the autumn", "When the sun is low"];
    private static readonly string[] _people = ["the children", "the old farmer", "my sister", "the teacher", "the neighbours", "a young boy", "the baker", "our grandmother"];

    private static readonly string[] _names = ["Pip", "Anna", "Tom", "Mary", "John", "Rose"];
    private static readonly string[] _asked = ["asked", "That is what we heard from", "This was a question of"];

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
        string[] sentences = random.Next(20) switch
        {
            < 8 => About(Pick(random, World.Animals), random),
            < 11 => About(Pick(random, World.Produce), random),
            < 13 => About(Pick(random, World.Sites), random),
            < 15 => About(Pick(random, World.Chores), random),
            < 18 => Question(random),
            18 => Letter(random),
            _ => Visit(random),
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

    /// <summary>Questions in a story: a model that never saw a question mark or a `you` could not learn to answer with low-rank adapters.</summary>
    private static string[] Question(Random random)
    {
        Animal animal = Pick(random, World.Animals);
        Produce produce = Pick(random, World.Produce);
        string who = Pick(random, _people);
        var (question, answer) = Pick(random,
        [
            ($"What colour is the {animal.Name}?", $"The {animal.Name} is {animal.Colour}."),
            ($"Where does the {animal.Name} live?", $"The {animal.Name} lives {animal.Home}."),
            ($"What does the {animal.Name} eat?", $"The {animal.Name} eats {animal.Food}."),
            ($"What can the {animal.Name} do?", $"The {animal.Name} can {animal.Skill}."),
            ($"How does the {produce.Name} taste?", $"The {produce.Name} tastes {produce.Taste}."),
            ($"Where can I find the {produce.Name}?", $"The {produce.Name} grows {produce.Grows}."),
        ]);
        return [$"{question} {Pick(random, _asked)} {who}.", answer];
    }

    private static string[] Letter(Random random)
    {
        string name = Pick(random, _names), other = Pick(random, _names);
        Site site = Pick(random, World.Sites);
        return
        [
            $"Dear {Pick(random, ["friend", "sister", "teacher", other])}, {Pick(random, [$"I am {site.Name}", $"you can see {site.Sight} {site.Name}", "my name is on this letter"])}.",
            Pick(random, ["It was a pleasure to see you.", "I am happy to help you.", "Thank you for the house!", "It was a pleasure to help."]),
            $"Yours, {name}",
        ];
    }

    private static string[] Visit(Random random)
    {
        string name = Pick(random, _names);
        return
        [
            Pick(random, ["Good morning!", "Hello!", "Who are you?", "Can you help me?", "Please help me.", "Tell me, what is your name?"]),
            Pick(random, [$"I am {name}, the baker.", $"My name is {name}.", $"I am {name}, and I am happy to see you.", "I can answer questions."]),
            Pick(random, ["The user of the robot asks questions.", "The assistant of the baker can help.", "The house robot can answer questions about the food.", "The system of the house is old."]),
        ];
    }

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
