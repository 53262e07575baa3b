// What to do after a list or watch failed: one table without state, so that every row can be
// tested. The reflector decides how long to wait and how often to try.
#pragma once

#include <cstdint>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

enum class Asked : uint8_t { kWatchList, kList, kWatch };

// How a list or watch failed.
struct ListWatchFailure {
  // HTTP status of an error response, or the code of an ERROR event. 0 = neither came: the answer
  // is missing, incomplete, malformed or too large.
  int code = 0;
  bool malformed = false;  // the answer came, but is unusable: unreadable, of another kind, too old
  bool too_large = false;  // the answer is larger than the transport accepts
  std::string reason;      // "Expired", "TooManyRequests", …; often empty
  std::string message;
  bool version_too_large = false;  // the server's cache has not reached our resourceVersion
  Duration retry_after{0};

  static ListWatchFailure FromError(const Error& error);
  static ListWatchFailure FromStatus(const ApiStatus& status);
  // Makes a failure of a response that is not 200; `body` may be anything.
  static ListWatchFailure FromResponse(int status, std::string_view body,
                                       std::optional<Duration> retry_after, Decoder& decoder);
  static ListWatchFailure Malformed(std::string message);

  // Returns a text such as "Forbidden: deployments.apps is forbidden: …".
  std::string Describe() const;
  // Returns a metric label: "malformed", "transport", "410", …
  std::string Label() const;
};

enum class Recovery : uint8_t {
  kAgain,      // wait, then send the same request: a relist would burden a sick server
  kAgainOnce,  // the same request at once; after a second failure wait (R-024, 401)
  kAgainThenRelist,     // the same request for kServerErrorPatience, then relist (R-022, 5xx)
  kRelist,              // wait, then relist
  kRelistNow,           // relist at once; the list is at least as new as our version
  kRelistConsistently,  // relist at once, without a resourceVersion
  kListInstead,         // list at once: the server refused the watch list, even with 404
  kRelistInPages,       // relist at once; from now on all lists are in pages (reflector_list.cc)
  kWaitForRight,        // 403: the same request, at growing intervals
  kWaitForApi,          // 404 to a list or watch: relist once a minute until it works
};

Recovery RecoveryFrom(Asked asked, const ListWatchFailure& failure);

}  // namespace windlass
