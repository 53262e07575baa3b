#include "controller/runtime/unverified.h"

namespace windlass {

std::optional<Error> Unverified::WhyLate(const Request& planned) const {
  return planned.IsLike(request.Identity()) ? late : std::nullopt;
}

Unverified UnverifiedAfter(const Request& request, const Error& error) {
  if (error.detail != ErrorDetail::kNoAnswer) return {request};
  return {request, Error{ErrorKind::kTimeout,
                         "the API server did not complete the write in time, as when an admission "
                         "webhook does not answer: " +
                             error.message}};
}

}  // namespace windlass
