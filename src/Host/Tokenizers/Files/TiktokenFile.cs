// tiktoken's rank files: a base64 token and its rank a line. Two tokens merge if together they are a token, lowest rank first.
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Files;

internal static class TiktokenFile
{
    /// <summary>The tokenizer of a rank file; ids are those that tiktoken gives.</summary>
    /// <param name="path">The rank file.</param>
    /// <param name="pattern">The regular expression that cuts words; rank files do not hold it.</param>
    /// <param name="specialTokens">Special tokens and their ids.</param>
    /// <exception cref="UserError">A line is not a token and a rank, or the pattern is malformed.</exception>
    public static Tokenizer Load(string path, string pattern, IReadOnlyDictionary<string, int> specialTokens)
    {
        var ids = Ranks(path);
        string split = JsonSerializer.Serialize(pattern, TokenizerWriter.Plain);
        var parts = GgufPreTokenizers.Parts("default") with
        {
            PreTokenizer = $$$"""{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":{{{split}}}},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}]}""",
        };
        var model = new BpeModel(Vocabulary.Of(ids), Merges(ids), new BpeOptions(IgnoreMerges: true));
        var added = specialTokens.OrderBy(t => t.Value).Select(t => new AddedToken(t.Value, t.Key));
        return new Tokenizer(GgufTokenizer.Pipeline(model, parts, added), parts, new SpecialTokens(null, null, null, null, []), null);
    }

    private static Dictionary<string, int> Ranks(string path)
    {
        var ids = new Dictionary<string, int>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            int space = line.IndexOf(' ');
            if (space < 0 || !Base64.IsValid(line.AsSpan(0, space)) || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int rank))
                throw new UserError($"{path}:{number} is not a base64 token and its rank: fetch the file again");
            var token = new StringBuilder();
            foreach (byte b in Convert.FromBase64String(line[..space])) token.Append(ByteAlphabet.Character(b));
            ids[token.ToString()] = rank;
        }
        return ids;
    }

    private static List<Merge> Merges(Dictionary<string, int> ids)
    {
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<Merge>();
        foreach (var (token, rank) in ids)
        {
            for (int cut = 1; cut < token.Length; cut++)
            {
                if (lookup.TryGetValue(token.AsSpan(0, cut), out int left) && lookup.TryGetValue(token.AsSpan(cut), out int right))
                    merges.Add(new Merge(left, right, rank, rank));
            }
        }
        return merges;
    }
}
