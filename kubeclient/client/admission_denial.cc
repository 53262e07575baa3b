#include "kubeclient/client/admission_denial.h"

namespace windlass {

bool IsAdmissionDenial(std::string_view message) {
  if (message.find(" is forbidden: ValidatingAdmissionPolicy '") != message.npos) return true;
  return message.starts_with("admission webhook \"") &&
         message.find("\" denied the request") != message.npos;
}

}  // namespace windlass
