// Where a reflector puts what it receives.
#pragma once

#include <cstdint>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

// What became of a complete state.
enum class Replaced : uint8_t {
  kDone,
  // Not exposed, for it looks like a mistake (R-010: more than half of 20 or more objects would
  // vanish) and was not confirmed: the reflector lists once more and comes back confirmed.
  kDoubtful,
  // Not exposed: an object in it is older than it was at an earlier version of the whole. Only a
  // reset makes sense of that.
  kOfAnotherPast,
};

// Where the protocol puts what it received. A replacement is exposed only by EndReplace.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void BeginReplace() = 0;
  // An error: the object was left out or kept as it was; the protocol counts it and goes on.
  virtual Status AddToReplace(std::string_view object_json, bool deleted) = 0;
  virtual Replaced EndReplace(const ResourceVersion& version, bool confirmed) = 0;
  virtual void AbandonReplace() = 0;
  // One watch event; returns the object's resourceVersion, to resume from. An error says that the
  // object could not be applied; the watch goes on all the same.
  virtual Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) = 0;
  // Everything told so far belongs to another past. The next EndReplace counts whatever its
  // version is; until then nothing new is told. May stop the reflector.
  virtual void Reset() = 0;
  // All is well again after a failure: whoever answers now may be another server. Must not stop or
  // reset the reflector.
  virtual void Recovered() = 0;
  // The right to list or watch is missing, as it was not before; Recovered tells of its return.
  // Must not stop or reset the reflector.
  virtual void Forbidden() = 0;
};

}  // namespace windlass
