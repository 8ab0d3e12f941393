/// Bytes that grow at their end, in memory managed by hand: the texts of a piece are collected here, run by run.
///
/// `base` has room for `capacity` bytes, of which the first `count` are set. It is freed in `deinit`; pointers into it
/// hold until the next append.
struct XMLBytes: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity = 4096

  init() { base = .allocate(capacity: capacity) }

  deinit { base.deallocate() }

  @inline(__always)
  mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    if count &+ length > capacity { grow(by: length) }
    (base + count).update(from: start, count: length)
    count &+= length
  }

  mutating func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    base[count] = byte
    count += 1
  }

  mutating func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

  mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      if let start = bytes.baseAddress { append(start, bytes.count) }
    }
  }

  /// Drops the bytes from a place on.
  @inline(__always)
  mutating func cut(at place: Int) { count = place }

  /// A copy of the bytes from one place to another.
  func copy(from start: Int, to end: Int) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: base + start, count: end - start))
  }

  /// Whether there is nothing but white space from one place to another.
  @inline(__always)
  func isBlank(from start: Int, to end: Int) -> Bool {
    var place = start
    while place < end {
      guard isXMLSpace(base[place]) else { return false }
      place &+= 1
    }
    return true
  }

  @inline(never)
  private mutating func grow(by length: Int) {
    capacity = max(capacity * 2, count + length)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
  }
}

@inline(__always)
func isXMLSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }
