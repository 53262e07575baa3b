// FromHttp: turns an HTTP response into a Reply or an Error, by the result table (C-015).
//
// We distinguish the API server's errors by the HTTP code, Status.reason and Status.details.causes
// (D-786). If these do not suffice, we look for certain texts in the message. All of these texts
// are in this file.
#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "kubeclient/base/cut_text.h"
#include "kubeclient/client/client.h"
#include "kubeclient/transport/retry_after.h"

namespace windlass {
namespace {

bool HasAny(std::string_view text, std::initializer_list<std::string_view> needles) {
  return std::ranges::any_of(needles, [&](std::string_view needle) {
    return text.find(needle) != std::string_view::npos;
  });
}

// Returns true if a webhook or a ValidatingAdmissionPolicy denied the request.
// The author of the webhook or policy chooses the HTTP code, so the code does not have its usual
// meaning. Examples: a webhook may answer 404, 409 or 429; a policy answers 422 by default, but may
// answer 401.
bool IsAdmissionDenial(std::string_view message) {
  if (HasAny(message, {" is forbidden: ValidatingAdmissionPolicy '"})) return true;
  return message.starts_with("admission webhook \"") && HasAny(message, {"\" denied the request"});
}

// Returns the beginning of a body as one line. Used for a body that is not a Status, such as the
// HTML of a proxy, or the plain text of one of the API server's filters.
std::string Excerpt(std::string_view body) {
  constexpr size_t kExcerptBytes = 200;
  std::string line(body.substr(0, kExcerptBytes));
  std::ranges::replace_if(line, [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

// How many bytes of an error's message are kept. A webhook may deny a request with a message of
// megabytes. The condition that shows the message to users has no room for it.
constexpr size_t kMessageBytesMax = 4096;

// Returns the message of the Status (D-787), or "HTTP <code>: <beginning of the body>" if the
// Status has no message.
std::string MessageOf(const ApiStatus& status, const HttpResponse& response) {
  if (!status.message.empty()) return status.message;
  const std::string excerpt = Excerpt(response.body);
  const std::string code = "HTTP " + std::to_string(response.status);
  return excerpt.empty() ? code : code + ": " + excerpt;
}

int64_t RetryAfterMs(const ApiStatus& status, const HttpResponse& response) {
  int64_t ms = 0;
  if (response.retry_after) {
    ms = std::chrono::duration_cast<milliseconds>(*response.retry_after).count();
  } else if (status.retry_after_seconds) {
    ms = std::clamp<int64_t>(*status.retry_after_seconds, 0, kRetryAfterMsMax / 1000) * 1000;
  }
  return std::clamp<int64_t>(ms, 0, kRetryAfterMsMax);
}

ErrorKind KindOfForbidden(std::string_view message) {
  if (HasAny(message, {"exceeded quota"})) return ErrorKind::kQuotaExceeded;
  // The admission plugin NamespaceLifecycle answers with this 403 while its informer starts. No
  // right is missing.
  if (HasAny(message, {"not yet ready to handle request"})) return ErrorKind::kServer;
  return ErrorKind::kForbidden;
}

// Returns true if a 422 means that a JSON Patch does not apply: a `test` failed, or a path is gone.
// The message has a general text of the API server, or the patch library's "testing value
// /metadata/uid failed". A validation error is a 422, too, but always says "<Kind> "<name>" is
// invalid".
bool IsFailedJsonPatch(Verb verb, std::string_view message) {
  if (verb != Verb::kPatch || HasAny(message, {" is invalid"})) return false;
  return HasAny(message, {"the server rejected our request due to an error in our request"}) ||
         (HasAny(message, {"testing "}) && HasAny(message, {" failed"}));
}

bool HasCause(const ApiStatus& status, std::string_view reason) {
  return std::ranges::count(status.causes, reason, &ErrorCause::reason) > 0;
}

ErrorKind KindOf4xx(Verb verb, int code, const ApiStatus& status, std::string_view message) {
  if (HasCause(status, "NamespaceTerminating")) return ErrorKind::kNamespaceTerminating;
  // A PodDisruptionBudget refuses to evict the Pod. Without this check, we would take a 403 for a
  // missing right, and a 429 for an overloaded API server (C-019).
  const bool evicts = verb == Verb::kCreateSubresource;
  if (evicts && (code == 403 || code == 429) && HasCause(status, "DisruptionBudget")) {
    return ErrorKind::kDisruptionBudget;
  }
  switch (code) {
    case 401: return ErrorKind::kUnauthorized;
    case 403: return KindOfForbidden(message);
    case 404:
      if ((verb == Verb::kCreate || verb == Verb::kDryRunCreate) &&
          message.starts_with("namespaces \"")) {
        return ErrorKind::kNamespaceTerminating;
      }
      return ErrorKind::kNotFound;
    case 407: return ErrorKind::kConfig;
    case 408: return Mutates(verb) ? ErrorKind::kAmbiguous : ErrorKind::kServer;
    case 409:
      return status.reason == "AlreadyExists" ? ErrorKind::kAlreadyExists : ErrorKind::kConflict;
    case 410: return ErrorKind::kGone;
    case 422: return IsFailedJsonPatch(verb, message) ? ErrorKind::kConflict : ErrorKind::kInvalid;
    case 429: return ErrorKind::kThrottled;
    default: return ErrorKind::kInvalid;
  }
}

// Returns true if a 503 comes from a filter in front of the handlers. Then the request was not
// executed.
bool IsBeforeTheHandler(std::string_view message) {
  return HasAny(message, {"apiserver is shutting down", "not yet ready", "apiserver not ready",
                          "before all known HTTP paths have been installed"});
}

// Returns true for the answer to an eviction of a Pod that several PodDisruptionBudgets select. The
// API server gives this answer before it writes anything.
bool IsOfManyBudgets(Verb verb, int code, std::string_view message) {
  return verb == Verb::kCreateSubresource && code == 500 &&
         HasAny(message, {"more than one PodDisruptionBudget"});
}

ErrorKind KindOf5xx(Verb verb, int code, std::string_view message) {
  if (IsOfManyBudgets(verb, code, message)) return ErrorKind::kInvalid;
  if (code == 500) {
    if (HasAny(message, {"failed calling webhook", "failed to call webhook"})) {
      return ErrorKind::kWebhook;
    }
    if (HasAny(message,
               {"etcdserver: request is too large", "trying to send message larger than max"})) {
      return ErrorKind::kInvalid;
    }
  }
  if (!Mutates(verb)) return ErrorKind::kServer;
  if (code == 503 && IsBeforeTheHandler(message)) return ErrorKind::kServer;
  return ErrorKind::kAmbiguous;
}

ErrorDetail DetailOf(Verb verb, const ApiStatus& status, const Error& error) {
  if (IsOfManyBudgets(verb, error.http_status, error.message)) return ErrorDetail::kManyBudgets;
  if (error.kind == ErrorKind::kNotFound && status.details_name.empty()) {
    return ErrorDetail::kNotServed;
  }
  if (error.kind == ErrorKind::kAmbiguous && error.http_status == 504) {
    return ErrorDetail::kNoAnswer;
  }
  const bool no_dry_run =
      error.http_status == 400 && HasAny(error.message, {"does not support dry run"});
  return no_dry_run ? ErrorDetail::kNoDryRun : ErrorDetail::kNone;
}

Error FromRefusal(Verb verb, int code, ApiStatus status, const HttpResponse& response) {
  Error error{ErrorKind::kAmbiguous, MessageOf(status, response), RetryAfterMs(status, response),
              code};
  const bool denied = code >= 400 && IsAdmissionDenial(error.message);
  if (code >= 300 && code < 400) {
    // We follow no redirect, because this would send the credentials to another address.
    error.kind = ErrorKind::kConfig;
    error.message = "the API server answered with a redirect (HTTP " + std::to_string(code) +
                    "), which is not followed: check the server address";
  } else if (denied) {
    error.kind = ErrorKind::kForbidden;
  } else if (code >= 400 && code < 500) {
    error.kind = KindOf4xx(verb, code, status, error.message);
  } else if (code >= 500 && code < 600) {
    error.kind = KindOf5xx(verb, code, error.message);
  } else if (!Mutates(verb)) {
    error.kind = ErrorKind::kMalformed;
  }
  error.detail = denied ? ErrorDetail::kDenied : DetailOf(verb, status, error);
  error.causes = std::move(status.causes);
  if (error.message.size() > kMessageBytesMax) {
    error.message = std::string(CutText(error.message, kMessageBytesMax)) + "…";
  }
  return error;
}

// Returns true if `body` has the form of a JSON object. Does not decode `body`: the caller decodes
// it once, because a list may have megabytes.
bool IsJsonObject(std::string_view body) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = body.find_first_not_of(kSpace);
  if (first == std::string_view::npos || body[first] != '{') return false;
  return body[body.find_last_not_of(kSpace)] == '}';
}

}  // namespace

Result<Reply> FromHttp(Verb verb, HttpResponse response, Decoder& decoder) {
  if (response.status >= 200 && response.status < 300) {
    if (verb == Verb::kCreateSubresource) {
      // The answer is a Status, which says whether the call succeeded. Like client-go, we do not
      // rely on the HTTP code alone.
      Result<ApiStatus> status = decoder.DecodeStatus(response.body);
      if (status.ok() && status->failure) {
        const int code = status->code;
        return FromRefusal(verb, code, *std::move(status), response);
      }
    }
    if (IsJsonObject(response.body)) return Reply{std::move(response.body)};
    return Error{Mutates(verb) ? ErrorKind::kAmbiguous : ErrorKind::kMalformed,
                 "HTTP " + std::to_string(response.status) +
                     " with a body that is not a JSON object: " + Excerpt(response.body),
                 0, response.status};
  }
  Result<ApiStatus> status = decoder.DecodeStatus(response.body);
  Error error =
      FromRefusal(verb, response.status, status.ok() ? *std::move(status) : ApiStatus(), response);
  if (verb == Verb::kDelete && error.kind == ErrorKind::kNotFound) return Reply{};
  return error;
}

}  // namespace windlass
