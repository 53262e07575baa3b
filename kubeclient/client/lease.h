// A coordination.k8s.io/v1 Lease, as leader election reads and writes it.
//
// The one object that is written by PUT: it is small, wholly ours, and its resourceVersion makes
// every write conditional. Everything else in it (labels, strategy, what a later version adds) is
// sent back as it came.
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

// The spec. What is absent or of a wrong type counts as zero or empty.
struct LeaseRecord {
  std::string holder{};  // "" = nobody
  int32_t duration_seconds = 0;
  int64_t acquire_micros = 0;
  int64_t renew_micros = 0;
  int32_t transitions = 0;
  std::string preferred_holder{};

  bool operator==(const LeaseRecord&) const = default;
};

struct Lease {
  LeaseRecord record;
  std::string json;  // the whole object, as the server wrote it
  ResourceVersion version{};
};

// kMalformed for anything but a Lease that has a resourceVersion.
Result<Lease> ParseLease(std::string_view body);

struct LeaseName {
  std::string namespace_;
  std::string name;
};

// A Lease that does not exist yet.
Lease NewLease(const LeaseName& name);

// The body of a PUT or POST: `lease` with `record` in it.
std::string LeaseBody(const Lease& lease, const LeaseRecord& record);

HttpRequest GetLease(const LeaseName& name, Duration deadline);
HttpRequest PutLease(const LeaseName& name, Duration deadline, std::string body);
HttpRequest PostLease(const LeaseName& name, Duration deadline, std::string body);

// A watch of this one Lease: first as it is now (a consistent read), then each change. `timeout` is
// when the server ends it.
HttpRequest WatchLease(const LeaseName& name, seconds timeout);

// One line of that watch: the Lease, or nullopt when it was deleted. kMalformed for anything else,
// also for another object.
Result<std::optional<Lease>> ParseLeaseEvent(std::string_view line, const LeaseName& name);

// What the answer to one of them tells.
struct LeaseAnswer {
  enum class Kind : uint8_t {
    kLease,     // as it is now
    kAbsent,    // 404
    kConflict,  // 409: it is not what we thought
    kNotDone,   // nothing reached a handler, or 401: the same again may work
    kRefused,   // it was not done and will not be soon
    kUnclear,   // it may have been done
  };
  Kind kind = Kind::kUnclear;
  Lease lease{};
  std::string why{};  // for the log
};
LeaseAnswer ReadLeaseAnswer(const Result<HttpResponse>& response);

}  // namespace windlass
