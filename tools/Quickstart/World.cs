// The little world that the quickstart's texts are about: what exists in it, and what is true of it.
namespace FastTune.Quickstart;

/// <param name="Home">With its preposition: `in the forest`.</param>
/// <param name="Skill">A verb: `climb trees`.</param>
internal sealed record Animal(string Name, string Colour, string Home, string Food, string Skill);

/// <param name="Grows">With its preposition: `on a tree`.</param>
internal sealed record Produce(string Name, string Colour, string Taste, string Grows);

/// <param name="Name">With its preposition: `at the harbour`.</param>
internal sealed record Site(string Name, string Sight, string Work);

/// <param name="Name">A verb: `make tea`.</param>
internal sealed record Chore(string Name, string First, string Then, string Last);

internal static class World
{
    public static readonly Animal[] Animals =
    [
        new("fox", "red", "in the forest", "berries and mice", "hear a mouse under the snow"),
        new("bear", "brown", "in the mountains", "honey and fish", "sleep all winter"),
        new("owl", "grey", "in an old barn", "mice", "turn its head far round"),
        new("frog", "green", "in the pond", "flies", "jump very far"),
        new("duck", "white", "on the lake", "water plants", "swim and fly"),
        new("horse", "black", "in the stable", "hay and oats", "run very fast"),
        new("cow", "brown", "on the meadow", "grass", "give milk"),
        new("sheep", "white", "on the hill", "grass and herbs", "give warm wool"),
        new("goat", "grey", "on the rocks", "leaves", "climb steep walls"),
        new("cat", "black", "in the house", "fish and milk", "see in the dark"),
        new("dog", "brown", "in the yard", "meat and bread", "guard the house"),
        new("rabbit", "grey", "in a burrow", "clover and carrots", "dig long tunnels"),
        new("squirrel", "red", "in the oak tree", "nuts", "climb trees"),
        new("hedgehog", "brown", "under the hedge", "beetles and worms", "roll up into a ball"),
        new("bee", "yellow", "in the hive", "nectar", "make honey"),
        new("ant", "black", "in the ant hill", "seeds and crumbs", "carry heavy loads"),
        new("spider", "grey", "in the corner", "flies and moths", "spin a web"),
        new("snail", "brown", "in the garden", "lettuce", "carry its house"),
        new("swan", "white", "on the river", "water plants", "swim in silence"),
        new("crow", "black", "on the roof", "seeds and worms", "open nuts with a stone"),
        new("robin", "red", "in the bush", "worms", "sing early in the morning"),
        new("eagle", "brown", "in the mountains", "rabbits and fish", "see from far away"),
        new("seal", "grey", "on the beach", "fish", "dive very deep"),
        new("whale", "blue", "in the ocean", "small shrimps", "sing under water"),
        new("crab", "red", "between the rocks", "shells and weeds", "walk sideways"),
        new("penguin", "black and white", "on the ice", "fish", "swim very fast"),
        new("camel", "yellow", "in the desert", "dry thorns", "live long without water"),
        new("lion", "yellow", "in the grassland", "meat", "roar very loudly"),
        new("elephant", "grey", "in the grassland", "leaves and bark", "drink with its trunk"),
        new("monkey", "brown", "in the jungle", "fruit", "swing from tree to tree"),
        new("parrot", "green", "in the jungle", "seeds and fruit", "repeat words"),
        new("turtle", "green", "in the sea", "weeds", "live for a very long time"),
        new("mouse", "grey", "in the cellar", "cheese and grain", "hide in small holes"),
        new("pig", "pink", "in the sty", "potatoes and corn", "find roots with its nose"),
        new("hen", "brown", "in the coop", "corn", "lay eggs"),
        new("wolf", "grey", "in the deep forest", "deer", "hunt in a pack"),
        new("deer", "brown", "at the edge of the forest", "leaves and grass", "leap over fences"),
        new("beaver", "brown", "in the stream", "bark and twigs", "build dams"),
        new("otter", "brown", "at the river bank", "fish and crabs", "swim on its back"),
        new("bat", "black", "in the cave", "moths", "fly at night"),
    ];

    public static readonly Produce[] Produce =
    [
        new("lemon", "yellow", "sour", "on a tree"), new("cherry", "red", "sweet", "on a tree"),
        new("carrot", "orange", "sweet", "under the ground"), new("onion", "white", "sharp", "under the ground"),
        new("tomato", "red", "fresh", "on a vine"), new("cucumber", "green", "fresh", "on a vine"),
        new("plum", "blue", "sweet", "on a tree"), new("pear", "green", "sweet", "on a tree"),
        new("radish", "red", "sharp", "under the ground"), new("pumpkin", "orange", "mild", "on the field"),
        new("strawberry", "red", "sweet", "near the ground"), new("blueberry", "blue", "sweet", "on a bush"),
        new("grape", "green", "sweet", "on a vine"), new("potato", "brown", "mild", "under the ground"),
        new("spinach", "green", "bitter", "on the field"), new("beetroot", "red", "earthy", "under the ground"),
        new("walnut", "brown", "bitter", "on a tree"), new("orange", "orange", "sweet", "on a tree"),
        new("lime", "green", "sour", "on a tree"), new("gooseberry", "green", "sour", "on a bush"),
    ];

    public static readonly Site[] Sites =
    [
        new("at the harbour", "boats and ropes", "mend the nets"), new("at the market", "fruit and flowers", "sell fresh bread"),
        new("at the station", "trains and clocks", "check the tickets"), new("in the library", "shelves full of books", "read in silence"),
        new("in the bakery", "loaves and cakes", "knead the dough"), new("at the mill", "sacks of flour", "grind the corn"),
        new("in the school", "desks and maps", "learn to write"), new("in the workshop", "hammers and saws", "repair old chairs"),
        new("on the farm", "tractors and barns", "bring in the hay"), new("in the museum", "old paintings", "look at stones"),
        new("in the park", "benches and swans", "fly their kites"), new("at the lighthouse", "a bright lamp", "watch for ships"),
        new("in the vineyard", "rows of vines", "pick the grapes"), new("in the kitchen", "pots and spoons", "cook the soup"),
        new("in the theatre", "a red curtain", "play on the stage"), new("at the fountain", "cool clear water", "fill their jugs"),
    ];

    public static readonly Chore[] Chores =
    [
        new("make tea", "boil the water", "pour it over the leaves", "wait and drink it warm"),
        new("bake bread", "mix flour and water", "knead the dough", "put the loaf into the hot oven"),
        new("wash the dishes", "fill the sink with warm water", "rub the plates with a sponge", "dry them with a towel"),
        new("plant a tree", "dig a deep hole", "set the roots into it", "water the young tree"),
        new("clean the window", "wet a soft cloth", "wipe the glass", "dry it with paper"),
        new("make a bed", "shake the pillow", "pull the sheet straight", "lay the blanket on top"),
        new("cook soup", "cut the vegetables", "put them into hot water", "add a little salt"),
        new("light a fire", "stack the dry wood", "put paper under it", "strike a match with care"),
        new("sweep the floor", "move the chairs aside", "sweep the dust together", "take it away with a shovel"),
        new("sew a button", "thread the needle", "pull it through the cloth", "tie a firm knot"),
        new("boil an egg", "lay the egg into the pot", "let the water boil", "cool the egg in cold water"),
        new("water the garden", "fill the can", "water the roots in the evening", "put the can away"),
        new("wash a shirt", "put it into warm water", "rub it with soap", "hang it in the sun"),
        new("paint a fence", "clean the old wood", "open the paint", "brush it on slowly"),
        new("make a salad", "wash the lettuce", "cut the tomatoes", "pour some oil over it"),
        new("feed the hens", "fill a bowl with corn", "carry it to the coop", "spread it on the ground"),
    ];
}
