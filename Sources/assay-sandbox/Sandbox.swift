import Hummingbird
@main struct A { static func main() {} }
