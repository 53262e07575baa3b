// Reads who an object is from the beginning of a watch line that is too long to be kept.
#pragma once

#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct LineHead {
  WatchEventType type = WatchEventType::kUnknown;
  UnreadableObject object;
};

// Reads the members of `head` that stand there whole. Returns an error if the event's type or the
// object's name, uid or resourceVersion is not among them. Example: built-in kinds begin with these
// members; a custom resource has its annotations before them. The owner counts as readable only if
// the metadata stand there whole. Core thread only.
Result<LineHead> DecodeLineHead(Decoder& decoder, std::string_view head);

}  // namespace windlass
