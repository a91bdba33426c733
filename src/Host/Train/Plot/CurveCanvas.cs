// The drawing of one chart: frame, ticks, two curves, legend.
using SkiaSharp;

namespace FastTune.Train.Plot;

internal sealed class CurveCanvas
{
    private const float Left = 78, Right = 24, Top = 52, Bottom = 58;
    private static readonly Lazy<SKTypeface> Typeface = new(LoadFont);
    private static readonly SKColor Ink = new(0x33, 0x33, 0x33), Grid = new(0xE3, 0xE6, 0xEA), Raw = new(0x9E, 0xC3, 0xE6), Smooth = new(0x1F, 0x5F, 0xA8);
    private readonly SKCanvas _canvas;
    private readonly float _width, _height;
    private readonly double[] _xTicks, _yTicks;

    public CurveCanvas(SKCanvas canvas, int width, int height, IReadOnlyList<(int Step, double Value)> points)
    {
        (_canvas, _width, _height) = (canvas, width, height);
        _xTicks = AxisTicks.Of(points.Select(point => (double)point.Step), 8, whole: true);
        _yTicks = AxisTicks.Of(points.Select(point => point.Value), 6, whole: false);
    }

    public void Draw(string title, string xName, string yName, IReadOnlyList<(int Step, double Value)> raw, IReadOnlyList<(int Step, double Value)> smooth)
    {
        Text(title, _width / 2, 32, 17, SKTextAlign.Center);
        Text(xName, (Left + _width - Right) / 2, _height - 16, 14, SKTextAlign.Center);
        _canvas.Save();
        _canvas.RotateDegrees(-90, 20, (Top + _height - Bottom) / 2);
        Text(yName, 20, (Top + _height - Bottom) / 2 + 4, 14, SKTextAlign.Center);
        _canvas.Restore();
        foreach (double tick in _yTicks) YTick(tick);
        foreach (double tick in _xTicks) XTick(tick);
        Curve(raw, Raw, 1.5f);
        Curve(smooth, Smooth, 2.5f);
        Legend();
    }

    private void YTick(double tick)
    {
        Line(Left, Y(tick), _width - Right, Y(tick), Grid);
        Text(AxisTicks.Label(tick, _yTicks), Left - 8, Y(tick) + 4.5f, 13, SKTextAlign.Right);
    }

    private void XTick(double tick)
    {
        Line(X(tick), Top, X(tick), _height - Bottom, Grid);
        Text(AxisTicks.Label(tick, _xTicks), X(tick), _height - Bottom + 20, 13, SKTextAlign.Center);
    }

    private void Curve(IReadOnlyList<(int Step, double Value)> points, SKColor color, float width)
    {
        using var paint = new SKPaint { Color = color, StrokeWidth = width, IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeJoin = SKStrokeJoin.Round, StrokeCap = SKStrokeCap.Round };
        if (points.Count == 1) _canvas.DrawCircle(X(points[0].Step), Y(points[0].Value), 3, paint);
        for (int i = 1; i < points.Count; i++)
            _canvas.DrawLine(X(points[i - 1].Step), Y(points[i - 1].Value), X(points[i].Step), Y(points[i].Value), paint);
    }

    private void Legend()
    {
        float x = _width - Right - 122, y = Top + 12;
        using var back = new SKPaint { Color = SKColors.White.WithAlpha(220) };
        _canvas.DrawRect(x - 10, y - 6, 124, 48, back);
        foreach (var (name, color) in new[] { ("original", Raw), ("smoothed", Smooth) })
        {
            using var paint = new SKPaint { Color = color, StrokeWidth = 3, IsAntialias = true };
            _canvas.DrawLine(x, y + 7, x + 28, y + 7, paint);
            Text(name, x + 38, y + 12, 13, SKTextAlign.Left);
            y += 21;
        }
    }

    private float X(double step) => Left + (float)((step - _xTicks[0]) / (_xTicks[^1] - _xTicks[0])) * (_width - Left - Right);

    private float Y(double value) => _height - Bottom - (float)((value - _yTicks[0]) / (_yTicks[^1] - _yTicks[0])) * (_height - Top - Bottom);

    private void Line(float x0, float y0, float x1, float y1, SKColor color)
    {
        using var paint = new SKPaint { Color = color, StrokeWidth = 1 };
        _canvas.DrawLine(x0, y0, x1, y1, paint);
    }

    private void Text(string text, float x, float y, float size, SKTextAlign align)
    {
        using var font = new SKFont(Typeface.Value, size) { Subpixel = true };
        using var paint = new SKPaint { Color = Ink, IsAntialias = true };
        _canvas.DrawText(new string([.. text.Select(c => font.ContainsGlyph(c) ? c : '?')]), x, y, align, font, paint);
    }

    private static SKTypeface LoadFont()
    {
        using var stream = typeof(CurveCanvas).Assembly.GetManifestResourceStream("plot/PlotSans.ttf")!;
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
