// On the page of a submission in nbgrader's Formgrader: points that can't be are refused in a
// sentence and stay as typed, and the cells that a person grades stand in front.
(function () {
    "use strict";
    var placed = /[?&]index=/.test(location.search); // before nbgrader's own script writes it there

    // Without a network MathJax is not there, and nbgrader's page would do nothing at all.
    if (!window.MathJax || !window.MathJax.Hub) {
        window.MathJax = {Hub: {Startup: {signal: {Interest: function (told) { told("End"); }}}}};
    }

    // --- points ------------------------------------------------------------------------------

    function problem(input, least, most, tooMuch) {
        if (input.validity.badInput) {
            return "This is no number. Write points like 4.5.";
        }
        if (input.value === "") {
            return "";
        }
        var value = Number(input.value);
        if (!isFinite(value)) {
            return "This is no number. Write points like 4.5.";
        }
        if (value < least) {
            return value + " is less than 0. Write what it earns, 0 or more.";
        }
        return value > most ? value + tooMuch : "";
    }

    function say(view, sentence) {
        var box = view.$el.find(".refused");
        if (!box.length) {
            box = $('<div class="refused" role="alert"></div>').appendTo(view.$el.find(".panel-heading"));
        }
        box.text(sentence).toggle(sentence !== "");
        view.$score.add(view.$extra_credit).attr("aria-invalid", sentence !== "");
        if (sentence) {
            $(document).off("finished_saving"); // nobody leaves a page with unsaved points
        }
    }

    function rubricOf(view) {
        return document.querySelector('.rubric[data-for="' + view.model.get("name") + '"]');
    }

    function refusal(view) {
        var most = view.model.get("max_score"), rubric = rubricOf(view);
        var beyond = rubric && most === 0 ? Number(rubric.dataset.points) : Infinity;
        return problem(view.$score[0], 0, most, " is more than the " + most + " points of this cell. " +
                "Give at most " + most + "; what you give beyond is extra credit.") ||
            problem(view.$extra_credit[0], 0, beyond, " is more than this question is worth. " +
                "Give at most " + beyond + ", as its rubric says.");
    }

    function send(view, values) {
        say(view, "");
        view.model.save(values, {
            wait: true,
            success: function () { view.render(); mark(); },
            error: function (model, answer) {
                var told = answer.responseJSON;
                try { told = told || JSON.parse(answer.responseText); } catch (error) { told = null; }
                view.$glyph.hide();
                say(view, told && told.message ? told.message :
                    "This was not saved: the server gave no answer. Look whether it runs, then try again.");
            }
        });
    }

    var initialize = GradeUI.prototype.initialize;
    GradeUI.prototype.initialize = function () {
        initialize.apply(this, arguments);
        this.$score.attr({min: 0, max: this.model.get("max_score"), step: "any"});
        this.$extra_credit.attr({min: 0, step: "any"});
        if (this.model.get("max_score") === 0) { // its points come on top of the others
            this.$el.addClass("no-points");
            this.$score.removeClass("tabbable").parent().contents().filter(function () {
                return this.nodeType === 3;
            }).wrap('<span class="of-points"></span>');
            var rubric = rubricOf(this);
            if (rubric) {
                this.$extra_credit.attr({max: rubric.dataset.points, "aria-label": "points, at most " +
                    rubric.dataset.points});
            }
        }
    };

    GradeUI.prototype.save = function () {
        var sentence = refusal(this);
        if (sentence) {
            say(this, sentence);
            return;
        }
        send(this, {
            manual_score: this.$score.val() === "" ? null : this.$score.val(),
            extra_credit: this.$extra_credit.val() === "" ? null : this.$extra_credit.val()
        });
    };

    GradeUI.prototype.assignFullCredit = function () {
        send(this, {manual_score: this.model.get("max_score"), extra_credit: this.model.get("extra_credit")});
    };

    GradeUI.prototype.assignNoCredit = function () {
        send(this, {manual_score: 0, extra_credit: 0});
    };

    var saveComment = CommentUI.prototype.save;
    CommentUI.prototype.save = function () {
        var view = this;
        view.model.once("error", function () {
            view.$glyph.hide();
            view.$comment.attr("aria-invalid", "true");
            view.$el.find(".panel-footer").append('<div class="refused" role="alert">This comment ' +
                "was not saved. Wait a moment, then change it again.</div>");
        });
        view.model.once("sync", function () {
            view.$comment.removeAttr("aria-invalid");
            view.$el.find(".panel-footer .refused").remove();
        });
        saveComment.apply(this, arguments);
    };

    // --- what a person grades, in front --------------------------------------------------------

    var cells = $("#notebook-container").find(".cell");
    cells.each(function (index) {
        var next = cells.eq(index + 1).find(".nbgrader_cell .score");
        var question = next.length && $(this).hasClass("text_cell");
        if (!$(this).find(".nbgrader_cell").length && !question && index > 0) {
            $(this).addClass("chapter-text");
        }
    });
    $(".rubric").each(function () {
        var score = document.getElementById(this.dataset.for);
        if (score) {
            $(score).parents(".nbgrader_cell").before(this);
        }
    });

    function mark() {
        $("#graded-cells a").each(function () {
            var score = $(document.getElementById(this.dataset.cell));
            $(this).toggleClass("waiting", score.hasClass("needs_manual_grade"));
        });
    }

    function focusOn(cell) {
        var score = $(document.getElementById(cell));
        var panel = score.parents(".nbgrader_cell");
        var field = panel.hasClass("no-points") ? panel.find(".extra-credit") : score;
        var top = panel.prev(".rubric")[0] || panel[0];
        formgrader.last_selected = field; // or nbgrader's page scrolls by itself
        field[0].focus({preventScroll: true});
        $("body, html").stop(true);
        top.scrollIntoView({block: "start"});
    }

    var list = $('<nav id="graded-cells" aria-label="Cells with points"></nav>');
    var names = $(".score").map(function () { return this.id; }).get();
    names.sort(function (a, b) { return /-check$/.test(a) - /-check$/.test(b); }); // written ones first
    names.forEach(function (cell) {
        $("<a></a>").attr({href: "#" + cell, "data-cell": cell}).text(cell.replace(/-check$/, ""))
            .on("click", function (event) { event.preventDefault(); focusOn(cell); }).appendTo(list);
    });
    $('<button type="button" class="btn btn-default btn-sm" aria-pressed="false">Show the whole chapter</button>')
        .on("click", function () {
            var whole = !$("body").toggleClass("graded-only").hasClass("graded-only");
            $(this).attr("aria-pressed", String(whole));
        }).appendTo(list);
    $("#notebook-container").prepend(list);
    $("body").addClass("graded-only");

    // begin at what waits for a person, unless the address names a place
    $(window).on("load", function () {
        formgrader.grades.once("sync", function () {
            window.setTimeout(function () { // after the cells have taken their grades
                mark();
                var first = names.filter(function (cell) {
                    return $(document.getElementById(cell)).hasClass("needs_manual_grade");
                })[0];
                if (first && !placed) {
                    focusOn(first);
                }
            }, 0);
        });
    });
}());
