import ArgumentParser
@main struct A { static func main() {} }
