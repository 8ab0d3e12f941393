import AssayColumns

/// All numbers of a column, batch by batch, in memory or in a file.
struct NumberBlocks: Sendable {
  private enum Slot: Sendable {
    case memory(NumberBlock)
    case scaled(offset: Int, count: Int, divisor: Double)
    case doubles(offset: Int, count: Int)
  }

  private var slots: [Slot] = []
  private var spilledCount = 0
  private var file: SpillFile?
  private(set) var count = 0
  private(set) var heldBytes = 0

  mutating func append(_ block: NumberBlock) {
    slots.append(.memory(block))
    count += block.count
    heldBytes += block.byteCount
  }

  /// Moves all blocks to the file.
  mutating func spill(to file: SpillFile) throws(GradingFault) {
    self.file = file
    while spilledCount < slots.count {
      if case .memory(let block) = slots[spilledCount] {
        slots[spilledCount] = try GradingFault.spilling { () throws(SpillFault) in
          switch block.storage {
          case .scaled(let values, let divisor):
            .scaled(offset: try file.append(values), count: values.count, divisor: divisor)
          case .doubles(let values): .doubles(offset: try file.append(values), count: values.count)
          }
        }
      }
      spilledCount += 1
    }
    heldBytes = 0
  }

  /// Calls the body with every block in order.
  func forEach(_ body: (NumberBlock) -> Void) throws(GradingFault) {
    for slot in slots {
      if case .memory(let block) = slot {
        body(block)
      } else if let file {
        body(NumberBlock(try GradingFault.spilling { () throws(SpillFault) in try Self.read(slot, file) }))
      }
    }
  }

  private static func read(_ slot: Slot, _ file: SpillFile) throws(SpillFault) -> NumberBlock.Storage {
    switch slot {
    case .memory(let block): block.storage
    case .scaled(let offset, let count, let divisor):
      .scaled(try file.read(offset, count: count), divisor: divisor)
    case .doubles(let offset, let count): .doubles(try file.read(offset, count: count))
    }
  }
}
