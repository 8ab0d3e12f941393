/// A zip code with its city and its middle.
struct Place: Sendable {
  let zip: String
  let city: String
  let state: String
  /// Millionths of a degree.
  let latitude: Int
  let longitude: Int

  private init(_ zip: String, _ city: String, _ state: String, _ latitude: Int, _ longitude: Int) {
    self.zip = zip
    self.city = city
    self.state = state
    // The table below has ten-thousandths.
    self.latitude = latitude * 100
    self.longitude = longitude * 100
  }

  static let all: [Place] = [
    Place("90001", "Los Angeles", "CA", 339731, -1_182479), Place("90210", "Beverly Hills", "CA", 340901, -1_184065),
    Place("94103", "San Francisco", "CA", 377725, -1_224147), Place("94110", "San Francisco", "CA", 377509, -1_224153),
    Place("92101", "San Diego", "CA", 327185, -1_171593), Place("95113", "San Jose", "CA", 373333, -1_218907),
    Place("95814", "Sacramento", "CA", 385804, -1_214922), Place("94607", "Oakland", "CA", 378071, -1_222851),
    Place("93721", "Fresno", "CA", 367377, -1_197843), Place("90802", "Long Beach", "CA", 337506, -1_182077),
    Place("10001", "New York", "NY", 407506, -739972), Place("10013", "New York", "NY", 407201, -740050),
    Place("11201", "Brooklyn", "NY", 406940, -739903), Place("11101", "Long Island City", "NY", 407446, -739485),
    Place("14202", "Buffalo", "NY", 428870, -788779), Place("14604", "Rochester", "NY", 431577, -776080),
    Place("13202", "Syracuse", "NY", 430443, -761506), Place("12207", "Albany", "NY", 426583, -737474),
    Place("78701", "Austin", "TX", 302713, -977426), Place("75201", "Dallas", "TX", 327904, -968044),
    Place("77002", "Houston", "TX", 297565, -953657), Place("78205", "San Antonio", "TX", 294246, -984862),
    Place("76102", "Fort Worth", "TX", 327589, -973283), Place("79901", "El Paso", "TX", 317584, -1_064783),
    Place("78401", "Corpus Christi", "TX", 277942, -974029), Place("79401", "Lubbock", "TX", 335865, -1_018608),
    Place("02108", "Boston", "MA", 423575, -710636), Place("02116", "Boston", "MA", 423503, -710766),
    Place("02139", "Cambridge", "MA", 423647, -711042), Place("01103", "Springfield", "MA", 421039, -725887),
    Place("01608", "Worcester", "MA", 422625, -718010), Place("01852", "Lowell", "MA", 426344, -712985),
    Place("02740", "New Bedford", "MA", 416351, -709450), Place("02301", "Brockton", "MA", 420794, -710401),
    Place("07102", "Newark", "NJ", 407320, -741765), Place("07302", "Jersey City", "NJ", 407221, -740469),
    Place("07030", "Hoboken", "NJ", 407453, -740279), Place("08540", "Princeton", "NJ", 403665, -746403),
    Place("08608", "Trenton", "NJ", 402204, -747622), Place("08102", "Camden", "NJ", 399507, -751208),
    Place("07505", "Paterson", "NJ", 409157, -741719), Place("08401", "Atlantic City", "NJ", 393664, -744325),
    Place("33130", "Miami", "FL", 257672, -802058), Place("33602", "Tampa", "FL", 279517, -824588),
    Place("32801", "Orlando", "FL", 285418, -813737), Place("32202", "Jacksonville", "FL", 303299, -816517),
    Place("33301", "Fort Lauderdale", "FL", 261216, -801288), Place("32301", "Tallahassee", "FL", 304286, -842593),
    Place("60601", "Chicago", "IL", 418858, -876229), Place("60614", "Chicago", "IL", 419229, -876483),
    Place("62701", "Springfield", "IL", 398000, -896495), Place("61602", "Peoria", "IL", 406936, -895900),
    Place("60505", "Aurora", "IL", 417589, -882973), Place("61101", "Rockford", "IL", 422927, -891163),
    Place("98101", "Seattle", "WA", 476109, -1_223360), Place("98109", "Seattle", "WA", 476313, -1_223467),
    Place("99201", "Spokane", "WA", 476666, -1_174365), Place("98402", "Tacoma", "WA", 472537, -1_224443),
    Place("98004", "Bellevue", "WA", 476162, -1_222057), Place("98225", "Bellingham", "WA", 487474, -1_224790),
  ]

  static let byZip = Dictionary(uniqueKeysWithValues: all.map { ($0.zip, $0) })
}
