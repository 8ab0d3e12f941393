import AssayColumns

/// Makes rows of the elements, attributes and texts of a document.
struct XMLRowBuilder {
  /// Cells of a piece at most, about: records of ever new names would ask for columns times records.
  private static let cellLimit = 1 << 22
  /// Bytes of text that one record may have.
  private static let recordSizeLimit = 1 << 30

  /// An open element of a record.
  private struct Frame {
    var node: Int
    /// Where the text since the last child stands in the piece's bytes; it reaches to their end.
    var textStart: Int
    /// Whether there is text before the last child that is not blank: then it stands in `textsBefore`.
    var hasTextBefore = false
    var hasChildren = false
    var hasAttributes: Bool
  }

  private let path: XMLRecordPath
  private let pieceSize: Int
  private let recordLimit: Int
  /// The names of the open elements, root first, down to the record.
  private var outside: [XMLName] = []
  private var frames: [Frame] = []
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
  }

  /// An element begins; `attributes` are as libxml2 has them, five pointers each. Returns what is wrong, or nil.
  mutating func start(
    _ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ attributeCount: Int
  ) -> String? {
    if outside.count + frames.count >= XMLFormat.depthLimit {
      return "elements are nested deeper than \(XMLFormat.depthLimit)"
    }
    let node: Int
    if let parent = frames.indices.last {
      closeText(of: parent)
      frames[parent].hasChildren = true
      node = tree.child(of: frames[parent].node, name)
    } else {
      outside.append(name)
      guard path.matches(outside) else { return nil }
      node = XMLNameTree.root
    }
    frames.append(Frame(node: node, textStart: cells.bytes.count, hasAttributes: attributeCount > 0))
    guard let attributes else { return nil }
    for index in 0..<attributeCount {
      guard let name = attributes[index * 5], let start = attributes[index * 5 + 3],
        let end = attributes[index * 5 + 4]
      else { continue }
      let attribute = tree.attribute(of: node, XMLName(pointer: name))
      let place = cells.bytes.count
      cells.bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
      cells.set(tree.column(of: attribute, in: &cells), start: place, length: end - start, isNull: false)
    }
    frames[frames.count - 1].textStart = cells.bytes.count
    return nil
  }

  /// A run of text; runs that follow each other are one text. Returns what is wrong, or nil.
  mutating func text(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    if frames.isEmpty { return nil }
    cells.bytes.append(contentsOf: text)
    return cells.bytes.count > XMLRowBuilder.recordSizeLimit ? "a record is longer than 1 GiB" : nil
  }

  /// The innermost element ends.
  mutating func end() {
    guard let frame = frames.popLast() else {
      outside.removeLast()
      return
    }
    let isRecord = frames.isEmpty
    let (start, length) = value(of: frame)
    if isRecord {
      if !isBlank(from: start, to: start + length) { set(tree.value, start, length) }
      endRecord()
      outside.removeLast()
      return
    }
    if length > 0 {
      set(frame.node, start, length)
    } else if !frame.hasChildren, !frame.hasAttributes {
      cells.set(tree.column(of: frame.node, in: &cells), start: 0, length: 0, isNull: true)
    }
    frames[frames.count - 1].textStart = cells.bytes.count
  }

  private mutating func set(_ node: Int, _ start: Int, _ length: Int) {
    cells.set(tree.column(of: node, in: &cells), start: start, length: length, isNull: false)
  }

  /// The text of an element that ends, as a place in the bytes.
  private mutating func value(of frame: Frame) -> (start: Int, length: Int) {
    var start = frame.textStart
    if frame.hasTextBefore, let before = textsBefore.removeValue(forKey: frames.count) {
      cells.bytes.insert(contentsOf: before, at: start)
    }
    var end = cells.bytes.count
    if frame.hasChildren {
      while end > start, isXMLSpace(cells.bytes[end - 1]) { end -= 1 }
      while start < end, isXMLSpace(cells.bytes[start]) { start += 1 }
    }
    return (start, end - start)
  }

  /// Puts the text of an element aside while a child of it is read.
  private mutating func closeText(of index: Int) {
    let start = frames[index].textStart
    let count = cells.bytes.count - start
    if count == 0 { return }
    if frames[index].hasTextBefore || !isBlank(from: start, to: start + count) {
      frames[index].hasTextBefore = true
      textsBefore[index, default: []].append(contentsOf: cells.bytes[start...])
    }
    cells.bytes.removeLast(count)
  }

  private func isBlank(from start: Int, to end: Int) -> Bool {
    for place in start..<end where !isXMLSpace(cells.bytes[place]) { return false }
    return true
  }

  private mutating func endRecord() {
    cells.endRow()
    recordCount += 1
    if cells.rowCount >= recordLimit || cells.bytes.count >= pieceSize
      || cells.columns.count * cells.rowCount >= XMLRowBuilder.cellLimit
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

@inline(__always)
func isXMLSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }
