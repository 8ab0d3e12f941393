/// Moments of jobs, the earliest first; of equal ones the job whose name comes first. Insertion and removal O(log n).
struct TimeHeap: Sendable {
  struct Entry: Sendable, Hashable {
    var at: Int
    var job: String
    var generation: Int

    static func precedes(_ left: Entry, _ right: Entry) -> Bool {
      left.at != right.at ? left.at < right.at : left.job < right.job
    }
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }
  var count: Int { entries.count }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Entry.precedes(entries[child], entries[parent]) else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    entries[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && Entry.precedes(entries[child], entries[smallest]) {
        smallest = child
      }
      if smallest == parent { return }
      entries.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
