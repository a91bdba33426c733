// Byte counts as people read them.
using System.Globalization;

namespace FastTune.Hub;

internal static class ByteText
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>1.5 GB, decimal units, as the hubs show them.</summary>
    public static string Of(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1000 && unit < Units.Length - 1; unit++) bytes /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? bytes.ToString("0", CultureInfo.InvariantCulture) : bytes.ToString("0.0", CultureInfo.InvariantCulture))} {Units[unit]}");
    }
}
