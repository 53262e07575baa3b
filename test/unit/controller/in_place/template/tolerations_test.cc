// Tolerations of a template: P-008.
#include "controller/in_place/template/tolerations.h"

#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::tolerations_test {
namespace {

TEST_CASE("tolerations are added, and their seconds changed, in place (P-008)") {
  const std::string added = R"({"effect":"NoSchedule","key":"c","operator":"Exists"})";
  const std::string a = R"({"effect":"NoSchedule","key":"a","operator":"Exists"})";
  const std::string b300 =
      R"({"effect":"NoExecute","key":"b","operator":"Exists","tolerationSeconds":300})";
  const std::string b60 =
      R"({"effect":"NoExecute","key":"b","operator":"Exists","tolerationSeconds":60})";
  const std::string b = R"({"effect":"NoExecute","key":"b","operator":"Exists"})";
  const std::string list = "/spec/tolerations";
  Check(GENERATE_COPY(values<Row>({
      {"P-008 added", Put(list + "/2", added), "toleration " + added},
      {"P-008 added in front", Put(list + "/0", added), "toleration " + added},
      {"P-008 the first one", Put(list, "[" + added + "]"), "toleration " + added, Remove(list)},
      {"P-008 other seconds", Put(list + "/1/tolerationSeconds", "60"),
       "toleration " + b300 + ">" + b60},
      {"P-008 for ever", Remove(list + "/1/tolerationSeconds"), "toleration " + b300 + ">" + b},
      {"P-008 no longer for ever", Put(list + "/0/tolerationSeconds", "5"),
       "toleration " + a + ">" +
           R"({"effect":"NoSchedule","key":"a","operator":"Exists","tolerationSeconds":5})"},
      {"P-008 other seconds and one more", Put(list, "[" + added + "," + a + "," + b60 + "]"),
       "toleration " + b300 + ">" + b60 + "; toleration " + added},
      {"P-008 the same with other seconds, too", Put(list + "/2", b60), "toleration " + b60},
      {"P-008 order says nothing", Put(list, "[" + b300 + "," + a + "]"), "nothing"},
      {"P-008 removed", Remove(list + "/0"), "FieldChanged:"},
      {"P-008 all removed", Remove(list), "FieldChanged:/spec/tolerations/0"},
      {"P-008 one of two that differ in seconds", Remove(list + "/2"),
       "FieldChanged:", Put(list + "/2", b60)},
      {"P-008 other effect", PutText(list + "/1/effect", "NoSchedule"),
       "FieldChanged:/spec/tolerations/1"},
      {"P-008 with an image", Together(Put(list + "/2", added), Image(kApp, "r/app:2")),
       "image app r/app:1>r/app:2; toleration " + added},
      {"P-008 no list", Put(list, "5"), "FieldChanged:"},
  })));
}

}  // namespace
}  // namespace windlass::in_place::tolerations_test
