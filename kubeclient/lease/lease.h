// A coordination.k8s.io/v1 Lease, as leader election reads and writes it.
//
// The Lease is the only object that we write by PUT. It is small and ours, and its resourceVersion
// makes every write conditional. A PUT sends the rest of the object back unchanged, for example
// labels, spec.strategy, and fields of later API versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// The Lease's spec. A field that is absent or has a wrong type is 0 or "". Times are in
// microseconds since 1970, by the clock of the process that wrote them.
struct LeaseRecord {
  std::string holder{};  // "" = no holder
  int32_t duration_seconds = 0;
  int64_t acquire_micros = 0;
  int64_t renew_micros = 0;
  int32_t transitions = 0;
  std::string preferred_holder{};

  bool operator==(const LeaseRecord&) const = default;
};

struct Lease {
  LeaseRecord record;
  std::string json;  // the whole object, as the server sent it
  ResourceVersion version{};
};

// Returns how long a holder keeps the Lease after a renewal: the record's duration_seconds. Returns
// `ours`, our own lease duration, if duration_seconds is not positive. Not every client writes this
// field, so a holder that has not written it may be alive.
Duration LengthOf(const LeaseRecord& record, Duration ours);

// Returns kMalformed unless `body` is a Lease that has a resourceVersion.
Result<Lease> ParseLease(std::string_view body);

struct LeaseName {
  std::string namespace_;
  std::string name;
};

// Returns a Lease that does not exist yet, for a POST. Its record is empty.
Lease NewLease(const LeaseName& name);

// Returns the body of a PUT or POST: `lease`, with the fields of `record` written into its spec.
std::string LeaseBody(const Lease& lease, const LeaseRecord& record);

HttpRequest GetLease(const LeaseName& name, Duration deadline);
HttpRequest PutLease(const LeaseName& name, std::string_view field_manager, Duration deadline,
                     std::string body);
HttpRequest PostLease(const LeaseName& name, std::string_view field_manager, Duration deadline,
                      std::string body);

// Returns the request for a watch of this one Lease. The server first sends the current Lease (a
// consistent read), then each change, and ends the watch after `timeout`.
HttpRequest WatchLease(const LeaseName& name, seconds timeout);

// Parses one line of a WatchLease stream. Returns the Lease, or nullopt if the Lease was deleted.
// Returns kMalformed for any other line, also for a line about another Lease.
Result<std::optional<Lease>> ParseLeaseEvent(std::string_view line, const LeaseName& name);

// What the answer to a GET, PUT or POST of a Lease means.
struct LeaseAnswer {
  enum class Kind : uint8_t {
    kLease,     // success; `lease` is the current Lease
    kAbsent,    // 404
    kConflict,  // 409: the Lease has changed, or was created, since we saw it
    kNotDone,   // nothing was executed (not sent, or 401); an immediate retry may succeed
    kLater,     // nothing was executed (408, 429: the server is busy); a later retry may succeed
    kRefused,   // nothing was executed (3xx, other 4xx); a retry would probably fail, too
    kUnclear,   // the call may have been executed
  };
  Kind kind = Kind::kUnclear;
  Lease lease{};      // for kLease
  std::string why{};  // for all kinds but kLease: a message for the log
};
LeaseAnswer ReadLeaseAnswer(const Result<HttpResponse>& response);

}  // namespace windlass
