// training_loss.png and its kin: a logged figure over the steps, as it was and smoothed.
using FastTune.Formats;
using FastTune.Train.State;
using SkiaSharp;

namespace FastTune.Train.Plot;

/// <summary>Draws curves with SkiaSharp and a bundled font: nothing of the system's fonts or fontconfig is asked for.</summary>
public static class LossCurve
{
    private const int Width = 800, Height = 500, Scale = 2;

    /// <summary>Draws <c>training_{key}.png</c> for every key with logged figures (a slash in a key becomes an underscore).</summary>
    /// <returns>The keys for which nothing was logged.</returns>
    public static IReadOnlyList<string> SaveAll(string folder, TrainerState state, IEnumerable<string> keys)
    {
        var missing = new List<string>();
        foreach (string key in keys)
        {
            var series = state.Series(key);
            if (series.Count == 0) missing.Add(key);
            else AtomicFile.Write(Path.Combine(folder, $"training_{key.Replace('/', '_')}.png"), stream => stream.Write(Draw(Path.GetFileName(Path.GetFullPath(folder)), key, series)));
        }
        return missing;
    }

    /// <summary>Exponential smoothing as LLaMA-Factory plots it: the more points, the heavier.</summary>
    public static double[] Smooth(IReadOnlyList<double> values)
    {
        double weight = 1.8 * (1 / (1 + Math.Exp(-0.05 * values.Count)) - 0.5);
        var smoothed = new double[values.Count];
        for (int i = 0; i < smoothed.Length; i++)
            smoothed[i] = i == 0 ? values[0] : smoothed[i - 1] * weight + (1 - weight) * values[i];
        return smoothed;
    }

    /// <summary>A PNG of 1600 x 1000 pixels.</summary>
    internal static byte[] Draw(string run, string key, IReadOnlyList<(int Step, double Value)> series)
    {
        var finite = series.Where(point => double.IsFinite(point.Value)).ToList();
        using var surface = SKSurface.Create(new SKImageInfo(Width * Scale, Height * Scale));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(Scale);
        var smoothed = finite.Select(point => point.Step).Zip(Smooth([.. finite.Select(point => point.Value)])).ToList();
        new CurveCanvas(surface.Canvas, Width, Height, finite).Draw($"training {key} of {run}", "step", key, finite, smoothed);
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
