// What a Decoder keeps between calls; shared by the files that implement it.
#pragma once

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/json_reader.h"

namespace windlass {

struct DecodeParser {
  JsonReader in;
  Canonicalizer canonicalizer;
};

}  // namespace windlass
