/// The names that objects at each place of the records have, and which name follows which: records mostly have the
/// same names in the same order, so a name is found by one comparison.
///
/// Names point into the bytes that are parsed, which must outlive this value; those with escapes are owned here.
struct JSONShapes: ~Copyable {
  /// A name within objects at one place.
  struct Entry {
    var name: UnsafePointer<UInt8>
    var length: Int
    /// How many bytes of source to compare: the name with its closing quote; none for a name with escapes.
    var comparedLength: Int
    var shape: Int32
    /// The column of the name's own values, or -1 before the first one.
    var column: Int32 = -1
    /// The shape of objects below the name, or -1 before the first one.
    var child: Int32 = -1
    /// The entry that followed last time, or -1.
    var next: Int32 = -1
    /// The row in which the name occurred last.
    var lastRow = -1
  }

  private struct Key: Hashable {
    var name: UnsafePointer<UInt8>
    var length: Int
    var shape: Int32

    static func == (left: Key, right: Key) -> Bool {
      left.shape == right.shape && left.length == right.length
        && sameBytes(left.name, right.name, count: left.length)
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(shape)
      hasher.combine(bytes: UnsafeRawBufferPointer(start: name, count: length))
    }
  }

  private(set) var entries: UnsafeMutablePointer<Entry>
  private var count = 0
  private var capacity = 32
  /// For each shape: the entry above it (-1 for the records themselves) and the entry that came first last time.
  private var shapes: [(parent: Int32, first: Int32)] = [(-1, -1)]
  private var places: [Key: Int32] = [:]
  private var owned: [UnsafeMutablePointer<UInt8>] = []

  init() { entries = .allocate(capacity: capacity) }

  deinit {
    entries.deallocate()
    for name in owned { name.deallocate() }
  }

  /// The entry that is likely to come after another, or first (-1).
  @inline(__always)
  func predicted(after previous: Int32, in shape: Int32) -> Int32 {
    previous < 0 ? shapes[Int(shape)].first : entries[Int(previous)].next
  }

  /// Notes which entry came after another, or first (-1).
  mutating func note(_ entry: Int32, after previous: Int32, in shape: Int32) {
    if previous < 0 {
      shapes[Int(shape)].first = entry
    } else {
      entries[Int(previous)].next = entry
    }
  }

  /// The entry of a name that stands in the source without escapes.
  mutating func entry(_ name: UnsafePointer<UInt8>, _ length: Int, in shape: Int32) -> Int32 {
    let key = Key(name: name, length: length, shape: shape)
    if let place = places[key] { return place }
    return append(key, comparedLength: length + 1)
  }

  /// The entry of a name whose escapes have been resolved.
  mutating func entry(resolved name: [UInt8], in shape: Int32) -> Int32 {
    let found = name.withUnsafeBufferPointer { buffer -> Int32? in
      guard let base = buffer.baseAddress else { return nil }
      return places[Key(name: base, length: buffer.count, shape: shape)]
    }
    if let found { return found }
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(name.count, 1))
    for (index, byte) in name.enumerated() { copy[index] = byte }
    owned.append(copy)
    return append(Key(name: UnsafePointer(copy), length: name.count, shape: shape), comparedLength: .max)
  }

  private mutating func append(_ key: Key, comparedLength: Int) -> Int32 {
    if count == capacity {
      let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: entries, count: count)
      entries.deallocate()
      entries = larger
      capacity *= 2
    }
    (entries + count).initialize(
      to: Entry(name: key.name, length: key.length, comparedLength: comparedLength, shape: key.shape))
    places[key] = Int32(count)
    count += 1
    return Int32(count - 1)
  }

  /// The shape of the objects below an entry.
  mutating func child(of entry: Int32) -> Int32 {
    if entries[Int(entry)].child < 0 {
      shapes.append((entry, -1))
      entries[Int(entry)].child = Int32(shapes.count - 1)
    }
    return entries[Int(entry)].child
  }

  /// The column name of an entry: the names on the way, joined by dots.
  func name(of entry: Int32) -> String {
    var parts: [String] = []
    var place = entry
    while place >= 0 {
      let entry = entries[Int(place)]
      parts.append(String(decoding: UnsafeBufferPointer(start: entry.name, count: entry.length), as: UTF8.self))
      place = shapes[Int(entry.shape)].parent
    }
    // A leading empty name leaves no dot.
    let firstKept = parts.lastIndex { !$0.isEmpty } ?? 0
    return parts[...firstKept].reversed().joined(separator: ".")
  }

  /// Forgets columns from a number on, which have been taken back.
  mutating func forgetColumns(from column: Int) {
    for index in 0..<count where entries[index].column >= column { entries[index].column = -1 }
  }
}

/// Whether two runs of bytes are equal.
@inline(__always)
func sameBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
  let left = UnsafeRawPointer(left)
  let right = UnsafeRawPointer(right)
  var at = 0
  while at &+ 8 <= count {
    guard
      left.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        == right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    else { return false }
    at &+= 8
  }
  while at < count {
    guard left.load(fromByteOffset: at, as: UInt8.self) == right.load(fromByteOffset: at, as: UInt8.self) else {
      return false
    }
    at &+= 1
  }
  return true
}
