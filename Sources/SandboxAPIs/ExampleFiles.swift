/// The data files of the customers example, made from the same customers as the CRM.
package enum ExampleFiles {
  /// File names and whole contents, the same bytes every time.
  package static var all: [(name: String, text: String)] {
    [("orders.csv", orders()), ("partners.xml", partners())]
  }

  /// 3,000 orders; some notes hold commas, quotes and line breaks, a few orders have no known customer.
  private static func orders() -> String {
    var numbers = SeededNumbers(seed: 3000)
    var text = "order_id,customer_id,zipcode,total,ordered_at,note\n"
    let notes = ["gift", "call before delivery", "leave at door, please", "say \"hello\"", "first floor\nsecond door"]
    for index in 0..<3000 {
      let customer = numbers.pick(Customer.all)
      let owner = numbers.chance(perMille: 10) ? 900_000 + index : customer.id
      let total = 500 + numbers.below(30_000) + (numbers.chance(perMille: 20) ? 250_000 : 0)
      let ordered = rfc3339(1_782_864_000 + numbers.below(120 * 86_400))  // from 2026-07-01
      let note = numbers.chance(perMille: 60) ? numbers.pick(notes) : ""
      let cells = ["O-\(100_001 + index)", String(owner), customer.place.zip, twoPlaces(total), ordered, note]
      text += cells.map(csvCell).joined(separator: ",") + "\n"
    }
    return text
  }

  /// A partner for each of the first 50 zip codes, with attributes, nested elements and repeated ones.
  private static func partners() -> String {
    var numbers = SeededNumbers(seed: 50)
    let kinds = ["Logistics", "Supply & Co", "Partners", "Traders", "Services"]
    let tiers = ["bronze", "silver", "gold"]
    var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    text += "<!-- Written by assay-sandbox. -->\n<partners>\n"
    for (index, place) in Place.all.prefix(50).enumerated() {
      let name = xmlEscaped("\(place.city) \(numbers.pick(kinds))")
      let services = ["delivery", "returns", "repairs"].filter { _ in numbers.chance(perMille: 500) }
      text += "  <partner id=\"P-\(twoDigits(index + 1))\" since=\"\(numbers.within(2005...2025))\">\n"
      text += "    <name>\(name)</name>\n    <tier>\(numbers.pick(tiers))</tier>\n"
      text += "    <address zip=\"\(place.zip)\"><city>\(place.city)</city><state>\(place.state)</state></address>\n"
      text += "    <contact><email>desk@partner-\(twoDigits(index + 1)).example</email></contact>\n"
      text += services.map { "    <service>\($0)</service>\n" }.joined()
      text += "  </partner>\n"
    }
    return text + "</partners>\n"
  }
}
