/// The quartiles and outliers of values, of which there must be one and none may be NaN. Reorders a copy of them.
/// - Complexity: O(values) on average.
func spread(of given: consuming [Double]) -> NumberSpread {
  var values = given
  let first = quantile(0.25, of: &values)
  let median = quantile(0.5, of: &values)
  let third = quantile(0.75, of: &values)
  let (low, high) = (first - 1.5 * (third - first), third + 1.5 * (third - first))
  var outliers = 0
  for value in values where value < low || value > high { outliers += 1 }
  return NumberSpread(
    count: values.count, firstQuartile: first, median: median, thirdQuartile: third, outliers: outliers)
}

/// A quantile by linear interpolation between the two nearest ranks (NumPy's default). `share` is 0 to 1; reorders.
func quantile(_ share: Double, of values: inout [Double]) -> Double {
  let last = values.count - 1
  let place = share * Double(last)
  let rank = Int(place)
  select(rank, in: &values)
  let low = values[rank]
  var high = low
  if rank < last {
    high = values[rank + 1]
    for index in (rank + 1)...last where values[index] < high { high = values[index] }
  }
  return low + (high - low) * (place - Double(rank))
}

/// Puts the value of a rank in its place, none greater before it, none less after it.
///
/// Hoare's selection, narrowed by a sample as in Floyd and Rivest (1975). O(values) on average for any input order,
/// since equal values are split evenly.
func select(_ rank: Int, in values: inout [Double]) {
  values.withUnsafeMutableBufferPointer { select(rank, in: $0, 0, $0.count - 1) }
}

private func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>, _ from: Int, _ to: Int) {
  var (left, right) = (from, to)
  while left < right {
    if right - left > 600 {
      // Order a neighbourhood of the rank first, so that its value is a pivot that nearly hits.
      let count = right - left + 1
      let size = max(64, Int(Double(count).squareRoot()) * 2)
      let offset = (rank - left) * size / count
      let lower = max(left, rank - offset)
      let upper = min(right, rank + size - offset)
      gather(values, lower, upper, left, right)
      select(rank, in: values, lower, upper)
    }
    let pivot = values[rank]
    var (i, j) = (left, right)
    while i <= j {
      while values[i] < pivot { i += 1 }
      while pivot < values[j] { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if rank <= j {
      right = j
    } else if rank >= i {
      left = i
    } else {
      return
    }
  }
}

/// Swaps evenly spread values into the window, so that sorted and periodic inputs give a fair sample too.
private func gather(
  _ values: UnsafeMutableBufferPointer<Double>, _ lower: Int, _ upper: Int, _ left: Int, _ right: Int
) {
  let step = (right - left) / (upper - lower + 1)
  guard step > 1 else { return }
  var source = left
  for target in lower...upper {
    values.swapAt(target, source)
    source += step
  }
}
