// Reads lr_scheduler_kwargs for one schedule: typed values with defaults, and an error for any key left over.
using System.Globalization;

namespace FastTune.Optim;

/// <summary>What a schedule is built from: the run's numbers and the user's arguments, each of which must be known.</summary>
internal sealed class ScheduleArguments(string schedule, IReadOnlyDictionary<string, object?> given, double baseRate, int warmup, int total)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Peak learning rate (lr_scheduler_kwargs may be absolute rates; factors are relative to this one).</summary>
    public double BaseRate => baseRate;

    public int Warmup => warmup;

    public int Total => total;

    public bool Has(string key)
    {
        _known.Add(key);
        return given.TryGetValue(key, out object? value) && value is not null;
    }

    public double Number(string key, double fallback)
    {
        if (!Has(key)) return fallback;
        double value = given[key] switch
        {
            int number => number,
            long number => number,
            double number => number,
            string text when double.TryParse(text, CultureInfo.InvariantCulture, out double number) => number,
            _ => double.NaN,
        };
        return double.IsFinite(value) ? value : throw Wrong(key, "a number");
    }

    public double? OptionalNumber(string key) => Has(key) ? Number(key, 0) : null;

    /// <summary>A whole number that is not negative.</summary>
    public int Count(string key, int fallback)
    {
        double value = Number(key, fallback);
        return value == Math.Floor(value) && value is >= 0 and <= int.MaxValue ? (int)value : throw Wrong(key, "a whole number, 0 or more");
    }

    /// <summary>One of <paramref name="choices"/>; the first one is the default.</summary>
    public string Choice(string key, params string[] choices)
    {
        if (!Has(key)) return choices[0];
        return given[key] is string text && choices.Contains(text) ? text : throw Wrong(key, "one of " + string.Join(", ", choices));
    }

    /// <summary>Throws for an argument that the schedule has not asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (string key in given.Keys)
        {
            if (_known.Contains(key)) continue;
            string known = _known.Count == 0 ? "it takes none" : "it takes " + string.Join(", ", _known.Order(StringComparer.Ordinal));
            throw new UserError($"lr_scheduler_kwargs: {schedule} has no argument '{key}'; {known}", 2);
        }
    }

    public UserError Error(string problem) => new($"lr_scheduler_kwargs: {schedule} {problem}", 2);

    private UserError Wrong(string key, string expected) => new($"lr_scheduler_kwargs: {key} of {schedule} is '{given[key]}', expected {expected}", 2);
}
