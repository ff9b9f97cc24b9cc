-- profiles: whether this Mac is managed. Not managed is said only when both lines say No.

local answers = require "tests.unit.lua.support.answers"
local profiles = require "tool.profiles"

local function enrolled(answer)
  answers.use { ["/usr/bin/profiles status -type enrollment"] = answer }
  return profiles.enrolled()
end

describe("profiles.enrolled", function()
  it("is told by either line", function()
    assert.is_true(enrolled "Enrolled via DEP: Yes\nMDM enrollment: Yes (User Approved)\n")
    assert.is_true(enrolled "Enrolled via DEP: No\nMDM enrollment: Yes\n")
    assert.is_true(enrolled "Enrolled via DEP: Yes\nMDM enrollment: No\n")
    assert.is_true(enrolled "MDM enrollment: Yes\n")
    assert.is_false(enrolled "Enrolled via DEP: No\nMDM enrollment: No\n")
    assert.is_false(enrolled(("Enrolled via DEP: No\nMDM enrollment: No\n"):rep(2)))
  end)

  it("is not known from half an answer, or another one", function()
    for _, out in ipairs { "", "Enrolled via DEP: No\n", "MDM enrollment: No\n", "Enrolled via DEP: No\nMDM enrollment: \n",
      "Enrolled via DEP: No\nMDM enrollment: Nobody\n", "Enrolled via DEP: Maybe\nMDM enrollment: No\n",
      "Enrolled via DEP: No\nMDM enrollment: No\nMDM enrollment: ?\n", "Enrolled via DEP:No\nMDM enrollment:No\n" } do
      assert.are.same({ nil, "profiles printed something unknown" }, { enrolled(out) }, out)
    end
    assert.are.same({ nil, "/usr/bin/profiles: No such file or directory" }, { enrolled(false) })
  end)
end)
