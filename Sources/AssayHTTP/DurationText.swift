/// A duration as pipeline files write it: `300ms`, `1.5s`, `90s`, `5m`, `2h`.
package func durationText(_ duration: Duration) -> String {
  let (seconds, fraction) = duration.components
  let milliseconds = fraction / 1_000_000_000_000_000
  if seconds == 0 { return "\(milliseconds)ms" }
  if milliseconds != 0 { return "\(Double(seconds) + Double(milliseconds) / 1000)s" }
  if seconds % 3600 == 0 { return "\(seconds / 3600)h" }
  return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
}
