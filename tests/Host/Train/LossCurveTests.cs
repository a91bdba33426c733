// Holds the plot to its rule of smoothing, to readable ticks, and to a native library that a bare Debian can load.
using System.Text;
using FastTune.Train.Plot;
using FastTune.Train.State;
using SkiaSharp;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class LossCurveTests
{
    [Fact]
    public void SmoothingFollowsLlamaFactorysRule() => Assert.Equal(
        [3.1694867473874466, 3.021415166274402, 2.787937121231213, 2.684275622755491, 2.5503007174279277],
        LossCurve.Smooth([3.1694867473874466, 3.0027549237953224, 2.758513805147884, 2.6712120174183878, 2.533416962957747]), new Near());

    [Theory]
    [InlineData(0.72, 2.77, "0.5|1.0|1.5|2.0|2.5|3.0")]
    [InlineData(0.913, 0.918, "0.913|0.914|0.915|0.916|0.917|0.918")]
    [InlineData(1.0, 1.0, "0.90|0.95|1.00|1.05|1.10")]
    public void TicksAreRoundNumbersAroundTheValues(double low, double high, string labels)
    {
        double[] ticks = AxisTicks.Of([low, high], 6, whole: false);
        Assert.Equal(labels, string.Join('|', ticks.Select(tick => AxisTicks.Label(tick, ticks))));
    }

    [Fact]
    public void APictureHasTextAndBothCurvesAndAMissingKeyIsNamed()
    {
        string folder = Directory.CreateTempSubdirectory("fasttune-plot-").FullName;
        var state = new TrainerState
        {
            LogHistory = [.. Enumerable.Range(1, 60).Select(i => new Dictionary<string, object?> { ["step"] = i * 5, ["loss"] = 0.6 + 2.4 * Math.Exp(-i / 15.0) + 0.12 * Math.Sin(i * 2.3) })],
        };
        Assert.Equal(["eval_loss"], LossCurve.SaveAll(folder, state, ["loss", "eval_loss"]));
        using var picture = SKBitmap.Decode(Path.Combine(folder, "training_loss.png"));
        Assert.Equal((1600, 1000), (picture.Width, picture.Height));
        Assert.True(Count(picture, new SKColor(0x1F, 0x5F, 0xA8)) > 2000, "the smoothed curve is not there");
        Assert.True(Count(picture, new SKColor(0x33, 0x33, 0x33)) > 1000, "the text is not there");
        if (Environment.GetEnvironmentVariable("FASTTUNE_KEEP_PLOT") is { } copy) File.Copy(Path.Combine(folder, "training_loss.png"), copy, overwrite: true);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void TheNativeLibraryNeedsNeitherFontconfigNorFreetype()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads the Linux library");
        string[] libraries = Directory.GetFiles(AppContext.BaseDirectory, "libSkiaSharp.so", SearchOption.AllDirectories);
        Assert.NotEmpty(libraries);
        foreach (string library in libraries)
        {
            // Needed libraries are named in the dynamic string table, as zero-terminated text.
            string text = Encoding.Latin1.GetString(File.ReadAllBytes(library));
            Assert.Contains("libc.", text);
            Assert.DoesNotContain("libfontconfig.so", text);
            Assert.DoesNotContain("libfreetype.so", text);
        }
    }

    private static int Count(SKBitmap picture, SKColor color) => picture.Pixels.Count(pixel => pixel == color);

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double a, double b) => Math.Abs(a - b) <= 1e-12;

        public int GetHashCode(double value) => 0;
    }
}
