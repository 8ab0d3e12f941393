#ifndef CASSAY_H
#define CASSAY_H

#include "number.h"

#endif
