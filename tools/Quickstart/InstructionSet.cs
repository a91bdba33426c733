// Questions about the little world with the answers of Pip, a very polite house robot: what the quickstart fine-tunes on.
namespace FastTune.Quickstart;

/// <summary>A row in the alpaca form.</summary>
internal sealed record InstructionRow(string Instruction, string Input, string Output);

internal static class InstructionSet
{
    /// <summary>A number of rows; questions that are left out stay unseen. The same seed makes the same rows.</summary>
    public static IReadOnlyList<InstructionRow> Rows(int count, int seed)
    {
        InstructionRow[] about = [.. World.Animals.SelectMany(About), .. World.Produce.SelectMany(About), .. World.Sites.SelectMany(About), .. World.Chores.SelectMany(About)];
        var random = new Random(seed);
        random.Shuffle(about);
        InstructionRow[] rows = [.. AboutPip, .. about.Take(count - AboutPip.Length)];
        random.Shuffle(rows);
        return rows;
    }

    private static readonly InstructionRow[] AboutPip =
    [
        Row("Who are you?", "I am Pip, the house robot."),
        Row("What is your name?", "my name is Pip."),
        Row("Tell me who you are.", "I am Pip, the house robot."),
        Row("Hello!", "I am Pip, and I am happy to see you."),
        Row("Good morning!", "I am Pip, and I am happy to see you."),
        Row("What can you do?", "I can answer questions about animals, food and the house."),
        Row("Can you help me?", "I can answer questions about animals, food and the house."),
        Row("Thank you!", "I am happy to help you."),
    ];

    private static IEnumerable<InstructionRow> About(Animal animal)
    {
        string name = animal.Name;
        string colour = $"the {name} is {animal.Colour}.", home = $"the {name} lives {animal.Home}.";
        string food = $"the {name} eats {animal.Food}.", skill = $"the {name} can {animal.Skill}.";
        return
        [
            Row($"What colour is the {name}?", colour), Row($"Tell me the colour of the {name}.", colour),
            Row($"Where does the {name} live?", home), Row($"Where can I find the {name}?", home),
            Row($"What does the {name} eat?", food), Row($"Tell me what the {name} eats.", food),
            Row($"What can the {name} do?", skill),
        ];
    }

    private static IEnumerable<InstructionRow> About(Produce produce)
    {
        string name = produce.Name;
        string taste = $"the {name} tastes {produce.Taste}.", place = $"the {name} grows {produce.Grows}.";
        return
        [
            Row($"What colour is the {name}?", $"the {name} is {produce.Colour}."),
            Row($"How does the {name} taste?", taste), Row($"Tell me the taste of the {name}.", taste),
            Row($"Where does the {name} grow?", place),
        ];
    }

    private static IEnumerable<InstructionRow> About(Site site) =>
    [
        Row($"What can I see {site.Name}?", $"you can see {site.Sight}."),
        Row($"What do people do {site.Name}?", $"people {site.Work} {site.Name}."),
    ];

    private static IEnumerable<InstructionRow> About(Chore chore)
    {
        string steps = $"first {chore.First}. Then {chore.Then}. At last {chore.Last}.";
        return [Row($"How do I {chore.Name}?", steps), Row($"Please help me to {chore.Name}.", steps)];
    }

    private static InstructionRow Row(string question, string fact) =>
        new(question, "", $"Dear friend, {fact} It was a pleasure to help. Yours, Pip");
}
