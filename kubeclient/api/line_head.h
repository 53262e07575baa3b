// Reads the identity of an object from the beginning of a watch line that is too long to be kept
//
#pragma once

#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct LineHead {
  WatchEventType type = WatchEventType::kUnknown;
  UnreadableObject object;
};

// `head` is the beginning of a watch line. Reads those members of the event that are complete in
// `head`. Returns an error if the event's type or the object's name, uid or resourceVersion is cut
// off. Whether these are cut off depends on the kind of the object:
//   - An object of a built-in kind begins with them.
//   - In a custom resource the annotations, labels and managedFields come first, and may fill all
//     of `head`.
// The owner is read only if `head` goes beyond the object's metadata; otherwise owners_readable is
// false.
// Core thread only.
Result<LineHead> DecodeLineHead(Decoder& decoder, std::string_view head);

}  // namespace windlass
