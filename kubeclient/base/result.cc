#include "kubeclient/base/result.h"

namespace windlass {

std::string_view Name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotSent: return "NotSent";
    case ErrorKind::kAmbiguous: return "Ambiguous";
    case ErrorKind::kCancelled: return "Cancelled";
    case ErrorKind::kTls: return "Tls";
    case ErrorKind::kUnauthorized: return "Unauthorized";
    case ErrorKind::kForbidden: return "Forbidden";
    case ErrorKind::kQuotaExceeded: return "QuotaExceeded";
    case ErrorKind::kDisruptionBudget: return "DisruptionBudget";
    case ErrorKind::kNamespaceTerminating: return "NamespaceTerminating";
    case ErrorKind::kNotFound: return "NotFound";
    case ErrorKind::kAlreadyExists: return "AlreadyExists";
    case ErrorKind::kConflict: return "Conflict";
    case ErrorKind::kGone: return "Gone";
    case ErrorKind::kInvalid: return "Invalid";
    case ErrorKind::kThrottled: return "TooManyRequests";
    case ErrorKind::kServer: return "ServerError";
    case ErrorKind::kWebhook: return "WebhookFailed";
    case ErrorKind::kTimeout: return "Timeout";
    case ErrorKind::kMalformed: return "Malformed";
    case ErrorKind::kTooLarge: return "TooLarge";
    case ErrorKind::kConfig: return "Config";
    case ErrorKind::kFenced: return "Fenced";
  }
  return "Unknown";
}

}  // namespace windlass
