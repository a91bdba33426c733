// "Did you mean …": the known name closest to one that is not known.
namespace FastTune;

internal static class NearestName
{
    private const int MaxLength = 256;

    /// <summary>The candidate with the smallest edit distance, or null when none is near enough to be meant.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > MaxLength) return null;
        var (best, least) = ((string?)null, Math.Max(2, name.Length / 2) + 1);
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) >= least || candidate.Length > MaxLength) continue;
            int distance = Distance(name, candidate);
            if (distance < least) (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>" (did you mean 'x'?)" or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } near ? $" (did you mean '{near}'?)" : "";

    // Levenshtein, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
