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

// Reads those members of `head` that are complete.
// Returns an error if the event's type or the object's name, uid or resourceVersion is not complete
// in `head`. Whether it is depends on the kind of the object:
//   - An object of a built-in kind begins with these members.
//   - In a custom resource the annotations, labels and managedFields come first, and may fill the
//     whole head.
// The owner is read only if the whole metadata is in `head`; otherwise owners_readable is false.
// Core thread only.
Result<LineHead> DecodeLineHead(Decoder& decoder, std::string_view head);

}  // namespace windlass
