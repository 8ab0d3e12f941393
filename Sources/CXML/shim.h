// Without the declarations of ICU, which libxml2 uses inside alone: Foundation has its own of the same names, and a
// module that sees both may not compile.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
