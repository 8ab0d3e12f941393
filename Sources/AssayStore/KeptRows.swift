package import AssayColumns
import Synchronization

/// Batches that are kept: in memory up to a bound, beyond it in a file that has no name and goes with its process.
///
/// One task appends; readers see what was there when they started. Writing and reading past the bound block on the
/// disk.
package final class KeptRows: BatchSequence {
  private enum Slot: Sendable {
    case memory(Batch)
    /// Bytes in the file, and the columns that they were written with.
    case file(offset: Int, count: Int, schema: DatasetSchema)
  }

  private struct State {
    var schema: DatasetSchema
    var slots: [Slot] = []
    var rowCount = 0
    var memoryBytes = 0
    var file: SpillFile?
  }

  private let memory: Int
  private let folder: String?
  private let state: Mutex<State>

  /// Nothing yet.
  /// - Parameters:
  ///   - memory: bytes of batches that stay in memory.
  ///   - folder: where the file is made; `TMPDIR`, or `/tmp`.
  package init(schema: DatasetSchema = DatasetSchema(), memory: Int, folder: String? = nil) {
    self.memory = memory
    self.folder = folder
    state = Mutex(State(schema: schema))
  }

  package var schema: DatasetSchema { state.withLock { $0.schema } }
  package var rowCount: Int { state.withLock { $0.rowCount } }
  package var staysInMemory: Bool { state.withLock { $0.file == nil } }
  /// Bytes that were written to the file.
  package var spilledBytes: Int { state.withLock { $0.file?.end ?? 0 } }

  /// Appends a batch; its columns must begin with those of earlier ones. Its misfits are not kept.
  /// - Throws: `diskFull`, `cannotOpen`, `inputOutput`.
  package func append(_ batch: Batch) throws(StoreFailure) {
    let failure = state.withLock { state -> StoreFailure? in
      do throws(StoreFailure) {
        try append(batch, to: &state)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func append(_ batch: Batch, to state: inout State) throws(StoreFailure) {
    let size = batch.byteCount
    if state.file == nil, state.memoryBytes + size <= memory {
      state.memoryBytes += size
      state.slots.append(.memory(batch))
    } else {
      // Once a batch is in the file all later ones are: what stays in memory is the beginning.
      do throws(SpillFault) {
        let file = if let open = state.file { open } else { try SpillFile(folder: folder) }
        state.file = file
        let bytes = BatchCodec.encode(batch)
        let offset = try file.append(bytes)
        state.slots.append(.file(offset: offset, count: bytes.count, schema: batch.schema))
      } catch {
        throw StoreFailure(error)
      }
    }
    if batch.schema.count > state.schema.count || state.slots.count == 1 { state.schema = batch.schema }
    state.rowCount += batch.rowCount
  }

  package func makeIterator() -> any BatchIterator {
    state.withLock { Iterator(schema: $0.schema, rest: $0.slots[...], file: $0.file) }
  }

  private struct Iterator: BatchIterator {
    let schema: DatasetSchema
    var rest: ArraySlice<Slot>
    let file: SpillFile?

    mutating func next() throws(StoreFailure) -> Batch? {
      guard let slot = rest.popFirst() else { return nil }
      switch slot {
      case .memory(let batch): return widened(batch)
      case .file(let offset, let count, let schema):
        guard let file else { return nil }
        do throws(SpillFault) {
          return widened(BatchCodec.decode(try file.read(offset, count: count), schema: schema))
        } catch {
          throw StoreFailure(error)
        }
      }
    }

    private func widened(_ batch: Batch) -> Batch {
      batch.schema.count < schema.count ? batch.widened(to: schema) : batch
    }
  }
}

extension StoreFailure {
  /// The failure of a temporary file.
  init(_ fault: SpillFault) { self = .system("\(fault.action) a temporary file", fault.folder, fault.code) }
}
