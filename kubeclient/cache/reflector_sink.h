// The receiver of what a reflector reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The outcome of EndReplace.
enum class Replaced : uint8_t {
  kDone,
  // Not exposed: it looks like a mistake, because more than half of 20 or more objects would vanish
  // . The reflector lists again; that list counts as confirmed.
  kDoubtful,
  // Not exposed: the state as a whole is not older than what we hold, but one of its objects is.
  // Only a reset of the server's state explains that.
  kOfAnotherPast,
};

// Receives what the reflector reads. A replacement is exposed only by EndReplace, which may leave
// the end of a long one to later turns of the event loop.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void BeginReplace() = 0;
  // Returns an error if the object was left out, or kept in its former version. The reflector
  // counts the error and goes on.
  virtual Status AddToReplace(std::string_view object_json, bool deleted) = 0;
  // Like AddToReplace, for an object whose line was too long to be kept. `object` is
  // nullopt if the object's name is not known either.
  virtual void AddLongToReplace(const std::optional<UnreadableObject>& object, bool deleted) = 0;
  virtual Replaced EndReplace(const ResourceVersion& version, bool confirmed) = 0;
  virtual void AbandonReplace() = 0;
  // Applies one watch event and returns the object's resourceVersion, from which a watch can
  // resume. Returns an error if the object could not be applied; the watch goes on.
  virtual Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) = 0;
  // Like Apply, for an object whose line was too long to be kept.
  virtual void ApplyLong(WatchEventType type, const UnreadableObject& object) = 0;
  // Called when everything received so far counts no longer, because the server's state was reset
  // . The next EndReplace is accepted with any version; until then no event comes. May stop
  // the reflector.
  virtual void Reset() = 0;
  // Called when list and watch work again after they failed: another server may answer now. Must
  // not stop or reset the reflector.
  virtual void Recovered() = 0;
  // Called when the right to list or watch is missing. Recovered is called when the right is back.
  // Must not stop or reset the reflector.
  virtual void Forbidden() = 0;
  // Called when the API server does not serve the resource (404), or no longer does. When it serves
  // the resource again, EndReplace is called, and then Recovered. Must not stop or reset the
  // reflector.
  virtual void NotServed() = 0;
};

}  // namespace windlass
