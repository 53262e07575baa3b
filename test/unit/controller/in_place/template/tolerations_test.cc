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
      {"P-008 added", {{list + "/2", added}}, "toleration " + added},
      {"P-008 added in front", {{list + "/0", added}}, "toleration " + added},
      {"P-008 the first one", {{list, "[" + added + "]"}}, "toleration " + added, {{list, ""}}},
      {"P-008 other seconds",
       {{list + "/1/tolerationSeconds", "60"}},
       "toleration " + b300 + ">" + b60},
      {"P-008 for ever", {{list + "/1/tolerationSeconds", ""}}, "toleration " + b300 + ">" + b},
      {"P-008 no longer for ever",
       {{list + "/0/tolerationSeconds", "5"}},
       "toleration " + a + ">" +
           R"({"effect":"NoSchedule","key":"a","operator":"Exists","tolerationSeconds":5})"},
      {"P-008 other seconds and one more",
       {{list, "[" + added + "," + a + "," + b60 + "]"}},
       "toleration " + b300 + ">" + b60 + "; toleration " + added},
      {"P-008 the same with other seconds, too", {{list + "/2", b60}}, "toleration " + b60},
      {"P-008 order says nothing", {{list, "[" + b300 + "," + a + "]"}}, "nothing"},
      {"P-008 removed", {{list + "/0", ""}}, "FieldChanged:/spec/tolerations/0"},
      {"P-008 all removed", {{list, ""}}, "FieldChanged:/spec/tolerations/0"},
      {"P-008 one of two that differ in seconds",
       {{list + "/2", ""}},
       "FieldChanged:/spec/tolerations/2",
       {{list + "/2", b60}}},
      {"P-008 other effect",
       {{list + "/1/effect", R"("NoSchedule")"}},
       "FieldChanged:/spec/tolerations/1"},
      {"P-008 with an image",
       {{list + "/2", added}, {kApp + "/image", R"("r/app:2")"}},
       "image app r/app:1>r/app:2; toleration " + added},
      {"P-008 no list", {{list, "5"}}, "FieldChanged:/spec/tolerations"},
  })));
}

}  // namespace
}  // namespace windlass::in_place::tolerations_test
