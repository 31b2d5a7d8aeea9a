"""Answers to chapter 1."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("poly_fit_predict", "The constant isn't penalised, as in most textbooks on ridge")
def poly_free_intercept():
    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        design = np.stack([x**k for k in range(degree + 1)], axis=1)
        if ridge == 0:
            coef = np.linalg.pinv(design) @ y
        else:
            penalty = ridge * np.eye(degree + 1)
            penalty[0, 0] = 0
            coef = np.linalg.solve(design.T @ design + penalty, design.T @ y)
        out = 0
        for k in range(degree + 1):
            out = out + coef[k] * x_test**k
        return out.astype(x.dtype)


@wrong(
    "poly_fit_predict", "The penalty is multiplied by n: the mean of the squared errors is meant"
)
def poly_mean_loss():
    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        A = np.vander(x, degree + 1).astype(float)
        B = np.vander(x_test, degree + 1).astype(float)
        n = len(x)
        rows = np.sqrt(n * ridge) * np.eye(degree + 1)
        w, *_ = np.linalg.lstsq(
            np.vstack([A, rows]), np.append(y, np.zeros(degree + 1)), rcond=None
        )
        return (B @ w).astype(x.dtype)


@wrong("poly_fit_predict", "One power too few: the design stops at x^(degree - 1)")
def poly_one_short():
    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        powers = np.arange(max(degree, 1))
        A = x[:, None] ** powers
        gram = A.T @ A + ridge * np.eye(len(powers))
        w = np.linalg.pinv(gram, rcond=1e-13) @ (A.T @ y)
        return ((x_test[:, None] ** powers) @ w).astype(x.dtype)


@right("poly_fit_predict", "Ridge by the singular values")
def poly_by_svd():
    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        A = np.polynomial.polynomial.polyvander(x.astype(np.float64), degree)
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        keep = s > 1e-14 * s[0]
        gain = np.where(keep, s, 0) / np.where(keep, s**2 + ridge, 1)
        w = Vt.T @ (gain * (U.T @ y))
        return np.polynomial.polynomial.polyval(x_test.astype(float), w).astype(x.dtype)


@wrong("bias_variance", "The bias is averaged over the points before it is squared")
def bias_mean_first():
    def bias_variance(predictions, truth):
        S, m = predictions.shape
        avg = predictions.sum(0) / S
        bias = 0.0
        for j in range(m):
            bias += avg[j] - truth[j]
        bias = bias / m
        var = np.mean((predictions - avg) ** 2)
        mse = np.mean((predictions - truth) ** 2)
        return bias**2, var, mse


@wrong("bias_variance", "The variance is taken across the points of each training set (axis 1)")
def bias_wrong_axis():
    def bias_variance(predictions, truth):
        mean_pred = np.mean(predictions, axis=0)
        bias2 = np.mean((mean_pred - truth) ** 2)
        variance = np.mean(np.var(predictions, axis=1))
        return bias2, variance, bias2 + variance


@wrong("bias_variance", "The sample variance, with S - 1")
def bias_sample_variance():
    def bias_variance(predictions, truth):
        def expected(z):
            return np.mean(z, axis=0)

        b = np.square(expected(predictions) - truth).mean()
        v = np.var(predictions, axis=0, ddof=min(1, len(predictions) - 1)).mean()
        err = np.square(predictions - truth[None, :]).mean()
        return float(b), float(v), float(err)


@right(
    "bias_variance", "The variance as the mean square minus the square of the mean, in longdouble"
)
def bias_by_moments():
    def bias_variance(predictions, truth):
        r = np.asarray(predictions, np.longdouble) - truth
        m1, m2 = r.mean(0), (r * r).mean(0)
        return float((m1**2).mean()), float((m2 - m1**2).mean()), float(m2.mean())


@wrong("ensemble_variance", "rho is taken for the covariance")
def ensemble_covariance():
    def ensemble_variance(sigma2, rho, k):
        C = np.full((k, k), float(rho))
        np.fill_diagonal(C, sigma2)
        ones = np.ones(k) / k
        return float(ones @ C @ ones)


@wrong("ensemble_variance", "Counts each pair once: k(k-1)/2 instead of k(k-1)")
def ensemble_half_pairs():
    def ensemble_variance(sigma2, rho, k):
        pairs = sum(range(k))
        return (k * sigma2 + pairs * rho * sigma2) / k**2


@wrong("ensemble_variance", "The correlated part goes down with k as well, the other one stays")
def ensemble_exchanged():
    def ensemble_variance(sigma2, rho, k):
        shared = rho * sigma2
        own = (1 - rho) * sigma2
        return own + shared / k


@right("ensemble_variance", "From the design effect")
def ensemble_design_effect():
    def ensemble_variance(sigma2, rho, k):
        deff = 1 + (k - 1) * rho
        return np.float64(sigma2) * deff / k


@wrong("early_stopping", "Compares with the previous epoch, not with the best so far")
def stop_against_previous():
    def early_stopping(train_curve, val_curve, patience):
        waited = 0
        stop = len(val_curve) - 1
        for e in range(1, len(val_curve)):
            if val_curve[e] < val_curve[e - 1]:
                waited = 0
            else:
                waited += 1
            if waited >= patience:
                stop = e
                break
        best = int(np.nanargmin(val_curve[: stop + 1]))
        return {"best_epoch": best, "stop_epoch": stop, "gap": val_curve[best] - train_curve[best]}


@wrong("early_stopping", "The best epoch is looked for on the whole curve, after the stop too")
def stop_best_of_all():
    def early_stopping(train_curve, val_curve, patience):
        best, count, stop = np.inf, 0, None
        for epoch, v in enumerate(val_curve):
            if v < best:
                best, count = v, 0
            else:
                count += 1
                if count == patience:
                    stop = epoch
                    break
        if stop is None:
            stop = len(val_curve) - 1
        b = int(np.nanargmin(val_curve))
        return dict(best_epoch=b, stop_epoch=stop, gap=float(val_curve[b] - train_curve[b]))


@wrong("early_stopping", "The gap is the difference of the two minima")
def stop_gap_of_minima():
    def early_stopping(train_curve, val_curve, patience):
        best_epoch = 0
        stop_epoch = 0
        while stop_epoch < len(val_curve) - 1 and stop_epoch - best_epoch < patience:
            stop_epoch += 1
            if val_curve[stop_epoch] < val_curve[best_epoch]:
                best_epoch = stop_epoch
        gap = np.nanmin(val_curve[: stop_epoch + 1]) - np.min(train_curve[: stop_epoch + 1])
        return {"best_epoch": best_epoch, "stop_epoch": stop_epoch, "gap": gap}


@right("early_stopping", "By running minima, without a loop")
def stop_without_loop():
    def early_stopping(train_curve, val_curve, patience):
        v = np.where(np.isnan(val_curve), np.inf, val_curve)
        low = np.minimum.accumulate(v)
        better = np.append(True, v[1:] < low[:-1])
        last = np.maximum.accumulate(np.where(better, np.arange(len(v)), 0))
        late = np.nonzero(np.arange(len(v)) - last >= patience)[0]
        stop = late[0] if len(late) else len(v) - 1
        best = last[stop]
        return {"stop_epoch": stop, "best_epoch": best, "gap": (val_curve - train_curve)[best]}
