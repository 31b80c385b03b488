// The only script of Mainforte. Every page is whole without it: it shows the
// buttons that copy a link, which would do nothing where scripts are off.
(function () {
  "use strict";

  function copy(field) {
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(field.value);
    }
    // Older browsers, and pages served without TLS on a local network.
    field.focus();
    field.select();
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject();
  }

  function prepare(button) {
    var field = document.getElementById(button.getAttribute("data-copy"));
    var said = document.getElementById(button.getAttribute("data-said"));
    if (!field || !said) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      copy(field).then(
        function () {
          // Emptied first, so that a screen reader says it at every copy.
          said.textContent = "";
          setTimeout(function () {
            said.textContent = button.getAttribute("data-copied");
          }, 50);
        },
        function () {
          // The browser refused: leave the link selected, ready for the hand.
          field.focus();
          field.select();
        }
      );
    });
  }

  document.querySelectorAll("[data-copy]").forEach(prepare);
})();
