import AssayColumns

/// Makes rows of the elements, attributes and texts of a document.
///
/// The stacks of open elements have room for the deepest document, in memory managed by hand and freed in `deinit`.
struct XMLRowBuilder: ~Copyable {
  /// Cells of a piece at most, about: records of ever new names would ask for columns times records.
  private static let cellLimit = 1 << 22
  /// Bytes of text that one record may have.
  private static let recordSizeLimit = 1 << 30

  /// An open element of a record.
  private struct Frame {
    var node: Int32
    /// The node of the child that began last, or -1.
    var lastChild: Int32 = -1
    /// Where the text since the last child stands in the piece's bytes; it reaches to their end.
    var textStart: Int
    /// Whether there is text before the last child that is not blank: then it stands in `textsBefore`.
    var hasTextBefore = false
    var hasAttributes: Bool

    var hasChildren: Bool { lastChild >= 0 }
  }

  private let path: XMLRecordPath
  private let pieceSize: Int
  private let recordLimit: Int
  /// The names of the open elements, root first, down to the record: the first `outsideCount`.
  private let outside: UnsafeMutablePointer<XMLName>
  private var outsideCount = 0
  /// The open elements of the record: the first `frameCount`.
  private let frames: UnsafeMutablePointer<Frame>
  private var frameCount = 0
  /// Texts put aside while children are read, by the number of frames below. Rare, hence apart.
  private var textsBefore: [Int: [UInt8]] = [:]
  private var tree = XMLNameTree()
  private var cells = XMLCells()
  /// The pieces that are complete.
  var pieces: [Piece] = []
  /// Records that have ended.
  private(set) var recordCount = 0

  init(path: XMLRecordPath, pieceSize: Int, recordLimit: Int) {
    self.path = path
    self.pieceSize = pieceSize
    self.recordLimit = recordLimit
    outside = .allocate(capacity: XMLFormat.depthLimit)
    frames = .allocate(capacity: XMLFormat.depthLimit)
  }

  deinit {
    outside.deallocate()
    frames.deallocate()
  }

  /// An element begins; `attributes` are as libxml2 has them, five pointers each. Returns what is wrong, or nil.
  mutating func start(
    _ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ attributeCount: Int
  ) -> XMLMistake? {
    if outsideCount &+ frameCount >= XMLFormat.depthLimit { return .depth }
    let node: Int32
    if frameCount > 0 {
      let parent = frames + (frameCount &- 1)
      if cells.bytes.count != parent.pointee.textStart { closeText(of: frameCount &- 1) }
      node = tree.child(of: parent.pointee.node, after: parent.pointee.lastChild, name)
      parent.pointee.lastChild = node
    } else {
      outside[outsideCount] = name
      outsideCount &+= 1
      guard path.matches(UnsafeBufferPointer(start: outside, count: outsideCount)) else { return nil }
      node = XMLNameTree.root
    }
    if attributeCount > 0, let attributes { setAttributes(of: node, attributes, attributeCount) }
    frames[frameCount] = Frame(node: node, textStart: cells.bytes.count, hasAttributes: attributeCount > 0)
    frameCount &+= 1
    return nil
  }

  private mutating func setAttributes(
    of node: Int32, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ count: Int
  ) {
    var previous: Int32 = -1
    for index in 0..<count {
      guard let name = attributes[index &* 5], let start = attributes[index &* 5 &+ 3],
        let end = attributes[index &* 5 &+ 4]
      else { continue }
      let attribute = tree.attribute(of: node, after: previous, XMLName(pointer: name))
      previous = attribute
      let place = cells.bytes.count
      cells.bytes.append(start, end - start)
      cells.set(tree.column(of: attribute, in: &cells), start: place, length: end - start)
    }
  }

  /// A run of text; runs that follow each other are one text. Returns what is wrong, or nil.
  @inline(__always)
  mutating func text(_ start: UnsafePointer<UInt8>, _ length: Int) -> XMLMistake? {
    if frameCount == 0 { return nil }
    cells.bytes.append(start, length)
    return cells.bytes.count > Self.recordSizeLimit ? .recordSize : nil
  }

  /// The innermost element ends.
  mutating func end() {
    guard frameCount > 0 else {
      outsideCount = max(outsideCount - 1, 0)
      return
    }
    frameCount &-= 1
    let frame = frames[frameCount]
    var start = frame.textStart
    if frame.hasTextBefore { restoreText(before: start) }
    var end = cells.bytes.count
    if frame.hasChildren {
      while end > start, isXMLSpace(cells.bytes.base[end &- 1]) { end &-= 1 }
      while start < end, isXMLSpace(cells.bytes.base[start]) { start &+= 1 }
    }
    if frameCount == 0 {
      if !cells.bytes.isBlank(from: start, to: end) { set(XMLNameTree.value, start, end &- start) }
      endRecord()
      outsideCount &-= 1
      return
    }
    if end > start {
      set(frame.node, start, end &- start)
    } else if !frame.hasChildren, !frame.hasAttributes {
      cells.setNull(tree.column(of: frame.node, in: &cells))
    }
    frames[frameCount &- 1].textStart = cells.bytes.count
  }

  @inline(__always)
  private mutating func set(_ node: Int32, _ start: Int, _ length: Int) {
    cells.set(tree.column(of: node, in: &cells), start: start, length: length)
  }

  /// Puts the text before an element's last child in front of the text after it, which begins at a place.
  @inline(never)
  private mutating func restoreText(before start: Int) {
    guard let before = textsBefore.removeValue(forKey: frameCount) else { return }
    let after = cells.bytes.copy(from: start, to: cells.bytes.count)
    cells.bytes.cut(at: start)
    cells.bytes.append(before)
    cells.bytes.append(after)
  }

  /// Puts the text of an element aside while a child of it is read.
  private mutating func closeText(of index: Int) {
    let start = frames[index].textStart
    let end = cells.bytes.count
    if frames[index].hasTextBefore || !cells.bytes.isBlank(from: start, to: end) {
      frames[index].hasTextBefore = true
      textsBefore[index, default: []] += cells.bytes.copy(from: start, to: end)
    }
    cells.bytes.cut(at: start)
  }

  @inline(__always)
  private mutating func endRecord() {
    cells.endRow()
    recordCount &+= 1
    if cells.rowCount >= recordLimit || cells.bytes.count >= pieceSize
      || cells.columnCount &* cells.rowCount >= Self.cellLimit
    {
      endPiece()
    }
  }

  /// Hands out the rows since the last piece, if there are any.
  mutating func endPiece() {
    if cells.rowCount == 0 { return }
    pieces.append(.rows(cells.take()))
  }
}

/// What can be wrong with a document that libxml2 takes. Small, so that the hot paths report it without cost.
enum XMLMistake {
  case depth, recordSize, growth

  var message: String {
    switch self {
    case .depth: "elements are nested deeper than \(XMLFormat.depthLimit)"
    case .recordSize: "a record is longer than 1 GiB"
    case .growth: "entities refer to themselves or expand to far more than the document holds"
    }
  }
}
