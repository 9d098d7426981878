import { Box } from "@chakra-ui/react";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import sheet from "uplot/dist/uPlot.min.css?inline";

const HEIGHT = 220;
const HALF_A_DAY = 12 * 60 * 60;
const DAYS = [1, 2, 7, 14, 28, 56];

export type Line = { bars?: boolean; colour: string; name: string; values: ReadonlyArray<number | null> };

type Props = {
  days: ReadonlyArray<number>;
  format: (value: number) => string;
  /** Distances the lines of the grid may have. */
  increments: ReadonlyArray<number>;
  label: string;
  lines: ReadonlyArray<Line>;
  /** What the legend shows where lines are drawn on top of each other: the values before adding up. */
  told?: ReadonlyArray<ReadonlyArray<number | null>>;
};

/** One value or several a day. Colours are tokens of Airflow's theme, so it follows light and dark. */
export function Chart({ days, format, increments, label, lines, told }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();

  useEffect(() => {
    const target = box.current;
    if (target === null) return undefined;
    const styles = getComputedStyle(target);
    const token = (name: string) => styles.getPropertyValue(`--chakra-colors-${name}`).trim() || styles.color;
    const axis: uPlot.Axis = {
      stroke: token("fg-muted"),
      grid: { stroke: token("border-muted"), width: 1 },
      ticks: { stroke: token("border-muted"), width: 1 },
    };
    const bars = uPlot.paths.bars?.({ size: [0.6, 40] });
    const plot = new uPlot(
      {
        width: target.clientWidth,
        height: HEIGHT,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
        cursor: { drag: { x: false, y: false } },
        scales: {
          x: { range: (_plot, first, last) => [first - HALF_A_DAY, last + HALF_A_DAY] },
          y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, increments[0] ?? 1)] },
        },
        axes: [
          { ...axis, incrs: DAYS.map((count) => count * 2 * HALF_A_DAY), space: 60, values: "{MM}-{DD}" },
          { ...axis, incrs: [...increments], size: 70, values: (_plot, ticks) => ticks.map(format) },
        ],
        series: [
          { label: "Day", value: "{YYYY}-{MM}-{DD}" },
          ...lines.map((line, index) => ({
            label: line.name,
            stroke: token(line.colour),
            fill: line.bars ? token(line.colour) : undefined,
            paths: line.bars ? bars : undefined,
            spanGaps: true,
            points: { show: !line.bars, size: 5 },
            width: line.bars ? 0 : 2,
            value: (_plot: uPlot, shown: number | null, _series: number, at: number | null) => {
              const value = at === null ? null : (told?.[index]?.[at] ?? shown);
              return value === null ? "–" : format(value);
            },
          })),
        ],
      },
      [[...days], ...lines.map((line) => [...line.values])],
      target,
    );
    const resize = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT }));
    resize.observe(target);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [days, format, increments, lines, theme, told]);

  return (
    <Box aria-label={label} fontSize="xs" minW={0} ref={box} role="img" w="100%">
      <style>{sheet}</style>
    </Box>
  );
}

/** Changes with Airflow's light and dark mode, which is a class of the document. */
function useTheme(): string {
  const [theme, setTheme] = useState(document.documentElement.className);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(document.documentElement.className));
    observer.observe(document.documentElement, { attributeFilter: ["class"], attributes: true });
    return () => observer.disconnect();
  }, []);
  return theme;
}
