enum Placeholder {}
import AsyncHTTPClient
import Crypto
enum P2 {}
