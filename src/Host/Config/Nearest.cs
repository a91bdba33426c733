// The known name that a mistyped one most likely means.
namespace FastTune.Config;

/// <summary>Spelling help for keys, verbs and names of datasets, templates or weights.</summary>
public static class Nearest
{
    /// <summary>The candidate with the fewest edits (insert, delete, replace, swap of neighbours), or null when none is near:
    /// more than a third of the name's letters, or more than two for short names, would have to change.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        int limit = Math.Max(2, name.Length / 3);
        string? best = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates.Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - name.Length) > limit) continue;
            int edits = Edits(name, candidate);
            if (edits < fewest) (best, fewest) = (candidate, edits);
        }
        return fewest <= limit && fewest < name.Length ? best : null;
    }

    /// <summary>" (did you mean 'x'?)", or nothing when no candidate is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) => Of(name, candidates) is { } near ? $" (did you mean '{near}'?)" : "";

    /// <summary>Optimal string alignment distance, letters compared without case.</summary>
    private static int Edits(string left, string right)
    {
        int[] beforeLast = new int[right.Length + 1], last = new int[right.Length + 1], row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++) last[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = last[j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
                if (swapped) row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, row) = (last, row, beforeLast);
        }
        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
