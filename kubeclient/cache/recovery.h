// What a list or watch that failed calls for: one table without state, so that every row can be
// tested. How long to wait and how often to try is the reflector's.
#pragma once

#include <cstdint>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

enum class Asked : uint8_t { kWatchList, kList, kWatch };

// An answer that is not the one we wanted.
struct ListWatchFailure {
  int code = 0;            // HTTP status, or the code of an ERROR event; 0 = no response
  bool malformed = false;  // it came, but could not be understood
  bool too_large = false;  // it was larger than the transport takes
  std::string reason;      // "Expired", "TooManyRequests", …; often empty
  std::string message;
  bool version_too_large = false;  // the server's cache has not reached our resourceVersion
  Duration retry_after{0};

  static ListWatchFailure FromError(const Error& error);
  static ListWatchFailure FromStatus(const ApiStatus& status);
  // From a response that is not 200; `body` may be anything.
  static ListWatchFailure FromResponse(int status, std::string_view body,
                                       std::optional<Duration> retry_after, Decoder& decoder);
  static ListWatchFailure Malformed(std::string message);

  // "Forbidden: deployments.apps is forbidden: …"
  std::string Describe() const;
  // Metric label: "malformed", "transport", "410", …
  std::string Label() const;
};

enum class Recovery : uint8_t {
  kAgain,               // wait, then ask the same: a relist would only hurt a sick server
  kAgainOnce,           // ask the same at once, the second time wait (R-024, 401)
  kAgainThenRelist,     // ask the same for kServerErrorPatience, then relist (R-022, 5xx)
  kRelist,              // wait, then relist
  kRelistNow,           // what we watched from is history: relist, not older than that
  kRelistConsistently,  // at once, without a resourceVersion
  kListInstead,         // this server does not serve watch lists
  kRelistInPages,       // at once, in consistent pages from now on, or in smaller ones
  kWaitForRight,        // 403: ask the same, ever more rarely
  kWaitForApi,          // 404: nobody serves this resource yet
};

Recovery RecoveryFrom(Asked asked, const ListWatchFailure& failure);

}  // namespace windlass
